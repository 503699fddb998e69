package main

import (
	"github.com/qingxinlian/qxl/client/disclosure"
	"github.com/qingxinlian/qxl/client/wallet"
)

// roots are the root certificates of the consortium's organizations, as they
// lie beside the people here.
func (s *session) roots() (disclosure.Roots, error) {
	roots := disclosure.Roots{}
	for _, o := range s.topology.Organizations {
		list, err := wallet.Roots(s.dir, o.Name)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			roots[o.MSP] = list
		}
	}
	return roots, nil
}
