package main

import (
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/wallet"
)

type personLine struct {
	Person      string    `json:"person"`
	Zh          string    `json:"zh,omitempty"`
	En          string    `json:"en,omitempty"`
	Role        string    `json:"role"`
	Post        string    `json:"post,omitempty"`
	Until       time.Time `json:"until"`
	Fingerprint string    `json:"fingerprint"`
}

// newPeopleCommand lists who is enrolled here: --as takes these names, and
// qxl consortium block takes a leaver's fingerprint.
func newPeopleCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "people",
		Short: "已登记人员 who is enrolled here, with role, post and certificate",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			people, err := wallet.List(s.dir)
			if err != nil {
				return err
			}
			list := []personLine{}
			for _, p := range people {
				list = append(list, personLine{p.Name(), p.Zh, p.En, p.Role, p.Post, p.Certificate.NotAfter, p.Fingerprint()})
			}
			return a.print(list, func(w io.Writer) {
				t := table{columns: []column{{head: "人员 person"}, {head: "姓名 name"}, {head: "角色 role"}, {head: "岗位 post"}, {head: "证书有效期至 until"}, {head: "证书指纹 fingerprint"}}}
				for _, p := range list {
					t.add(p.Person, p.Zh, p.Role, p.Post, p.Until.Format(time.DateOnly), p.Fingerprint)
				}
				t.write(w)
			})
		},
	}
}
