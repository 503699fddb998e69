package main

import (
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/qingxinlian/qxl/network"
)

// progress shows what Up does: a bar on a terminal while something is counted,
// lines otherwise.
type progress struct {
	app   *app
	bar   *progressbar.ProgressBar
	stage string
	what  string
}

func newProgress(a *app) *progress { return &progress{app: a} }

var stageNames = map[string]string{
	"programs": "准备 Fabric 程序 Fabric programs", "identities": "登记证书 identities", "processes": "启动进程 processes",
	"chaincode": "部署链码 chaincode", "ready": "就绪检查 readiness",
}

func (p *progress) event(e network.Event) {
	name := stageNames[e.Stage]
	if name == "" {
		name = e.Stage
	}
	same := e.Stage == p.stage && e.What == p.what
	p.stage, p.what = e.Stage, e.What
	if !p.app.terminal() || e.Total == 0 {
		p.end()
		if !same { // a count that goes on is not news on paper
			p.app.say("%s: %s", name, e.What)
		}
		return
	}
	if p.bar == nil || !same {
		p.end()
		p.bar = progressbar.NewOptions(e.Total, progressbar.OptionSetWriter(p.app.err), progressbar.OptionSetDescription(name+": "+e.What),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetElapsedTime(true))
	}
	_ = p.bar.Set(e.Done) // a bar that cannot be drawn is no failure
}

// end takes the bar away.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
}
