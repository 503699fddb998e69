package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/vault"
)

func newVaultShareCommand(a *app, f *vaultFlags) *cobra.Command {
	var to, recipient, purpose, authorization, out string
	cmd := &cobra.Command{
		Use:   "share RECORD",
		Short: "共享密钥 release a record's key to one recipient, and list it",
		Long: `Releases the record's key to the holder of an age identity and to nobody else. Whom, when, what for and by what
authorization stays in the list: an erasure here does not destroy what was given away.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needed("recipient", recipient, "to", to, "purpose", purpose, "authorization", authorization, "output", out); err != nil {
				return err
			}
			text := recipient
			if raw, err := os.ReadFile(recipient); err == nil {
				text = string(raw)
			} else if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return f.with(a, func(v *vault.Vault) error {
				r, err := vaultRecord(cmd.Context(), v, args[0])
				if err != nil {
					return err
				}
				var s vault.Share
				if err := a.output(out, func(w io.Writer) (err error) {
					s, err = v.Share(r.ID, text, to, purpose, authorization, w)
					return err
				}); err != nil {
					return err
				}
				return a.print(s, func(w io.Writer) {
					fmt.Fprintf(w, "已共享给 shared with %s: %s\n第 %d 次共享，用途 purpose: %s，授权依据 authorization: %s\n", s.To, out, s.No, s.Purpose, s.Authorization)
				})
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&recipient, "recipient", "", "接收方公钥 age recipient, or a file that has it (needed)")
	flags.StringVar(&to, "to", "", "接收方 whom: name of the recipient (needed)")
	flags.StringVar(&purpose, "purpose", "", "用途 what for (needed)")
	flags.StringVar(&authorization, "authorization", "", "授权依据 number of the grant and of its use (needed)")
	flags.StringVarP(&out, "output", "o", "", "输出文件 file to write the wrapped key to (needed)")
	return cmd
}
