package commitment

// Computed with Python's hmac and hashlib from the formulas of the package comment.
const (
	vectorSalt       = "6b626f54f52983d75d9f702d7bb46e7122aef5809f20b7dd1500ab8109471265"
	vectorCommitment = "1fc58e10d729a2daac04e6ae9e148b0d13e78527bbe5029c7d829a94159b5ff0"
	vectorRoot       = "579c1b7f5d4884111ea50048775ba82b4007ef387bba7412b19fff5d3789db92"
)
