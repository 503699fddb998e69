package chaincode

import (
	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/erasure"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// BookKinds are the kinds of aggregates of a bank's book.
var BookKinds = []ledgerstate.Any{subject.Kind, authorization.Kind, authorization.Revocations, loan.ApplicationKind, loan.AcceptanceKind, loan.Kind, loan.DaysKind, loan.PapersKind, compensation.FilingKind, compensation.ClaimKind, compensation.DocketKind, compensation.YearKind, disclosure.Kind,
	erasure.OrderKind, erasure.PersonTraces, erasure.IntakeTraces, erasure.LoanTraces, erasure.CompTraces}

// CommonsKinds are the kinds of aggregates of commons.
var CommonsKinds = []ledgerstate.Any{consortium.Kind, authorization.Kind, authorization.Revocations, registry.BucketKind, registry.BankKind, fund.Kind, fund.AllocationKind, fund.PaymentKind, fund.TenderKind, fund.VoucherKind, evidence.OrganizationKind, evidence.HeadKind, evidence.CheckpointKind, evidence.CosignatureKind, disclosure.Kind}
