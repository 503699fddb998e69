package main

// examples are command lines for the commands with many fields, by command.
// TestExamplesParse holds them against the flags.
var examples = map[string]string{
	"authorization.Grant": `  # 纸质授权，双人复核；主体代号由 qxl subject show 查得
  # on paper, checked by a second person; the pseudonym comes from qxl subject show
  qxl authorization grant --as Commission/operator1 --bank BankA --date 2024-12-31 \
    --number SQS-2024-0001 --grant SQS-2024-0001 --subject PSEUDONYM --subject-type PERSON --capacity SELF \
    --signed 2024-12-31 --grantee BankAMSP --purpose 01 --items LOAN,GRASS --mode RAW \
    --from 2024-12-31 --to 2025-03-30 --max-queries 6 --contact 0971-0000000 --providers CentralBankMSP,ProviderMSP \
    --no-reprovision true --consents PROVISION,SENSITIVE --method PAPER --captured-by OP2 --checked-by OP8 \
    --form 5b0f0a6d3d7f4b3b1e0c8f4a9a4f5b5de1c1b6a7f20c94b3d2a8e6f7c5d4b3a2 \
    --signature 848dd6ee76f06a4e230f9b921116ac1981a2e1694c2e5d05d616dd0cb056d8c3

  --subject-type PERSON 个人, ENTERPRISE 企业    --mode RAW 原始数据, DERIVED 加工结果, MODEL 联合建模
  --capacity SELF 本人, LEGAL_REPRESENTATIVE 法定代表人, SHAREHOLDER 股东, SPOUSE 配偶, GUARANTOR 担保人
  --method E_LICENCE 电子营业执照, CA 数字证书, FACE_SMS 人脸加短信, PAPER 纸质扫描加双人复核
  --consents PROVISION 向接收方提供, SENSITIVE 敏感个人信息, AUTOMATED 自动化决策`,
	"consortium.Propose": `  # 参数整套替换；展期上限按原期限(月)分档，取比例与月数之较短者，不写则维持现值；另须一人 approve
  # parameters are replaced whole; extension limits go by the original term in months, the shorter of percent
  # and months counts, left out they stay; another person approves
  qxl consortium propose --as Commission/operator1 --number CS-2025-0001 --date 2024-12-31 \
    --change '{"rules":{"back_dating_days":900,"rate_cap_spread":"1.5","decision_days":10,"penalty_percent":50,
      "non_performing":90,"pre_loan_max_days":90,"extensions":[{"up_to_months":12,"term_percent":100},
      {"up_to_months":60,"term_percent":50},{"max_months":36}]}}'
  # 风险补偿规则包：三家主管部门各签一次才生效，生效后不得修改；文件格式见 docs/compensation.md
  # a rule pack of risk compensation: in force when each of the three authorities has signed once, and never changed
  qxl consortium propose --as Finance/officer1 --content rc-qh-v3.json`,
	"consortium.Approve": `  # 规则包由三家主管部门各签一次；其余参照表由第二人复核一次
  # a rule pack is signed once by each of the three authorities; other tables by one second person
  qxl consortium approve --as Commission/approver1 --number HQ-2024-0001 --date 2024-12-31 --proposal GZB-2024-0003
  qxl consortium approve --as CentralBank/approver1 --number HQ-2024-0002 --date 2024-12-31 --proposal GZB-2024-0003`,
	"loan.Repay": `  qxl loan repay --as BankA/officer2 --date 2024-12-31 --number HK-2024-0001 --loan HTBANKA2023630105000029 --amount 100.00`,
	"loan.Disburse": `  qxl loan disburse --as BankA/officer2 --content disburse.json
  cat disburse.json | qxl loan disburse --as BankA/officer2 --content -`,
}
