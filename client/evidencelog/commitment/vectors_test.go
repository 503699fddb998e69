package commitment

// Computed with Python's hmac and hashlib from the formulas of the package comment.
const (
	vectorSalt       = "6b626f54f52983d75d9f702d7bb46e7122aef5809f20b7dd1500ab8109471265"
	vectorTermSalt   = "2967e52d4a6a0c14d3bbde4d765015712316f8f61dfa93f76498e8f10a9c1d21"
	vectorCommitment = "1fc58e10d729a2daac04e6ae9e148b0d13e78527bbe5029c7d829a94159b5ff0"
	vectorRoot       = "579c1b7f5d4884111ea50048775ba82b4007ef387bba7412b19fff5d3789db92"
	vectorProof      = "000000030000000200000000000000026f46158497f84920e1fff6f7db76a6069e2708e6560cbfe7795825ad7c836f72" // of amount and term
)
