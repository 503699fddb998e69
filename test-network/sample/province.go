package sample

// trade is something that people in Qinghai live on.
type trade struct {
	industry string // class of GB/T 4754-2017
	word     string // in a name
	product  string // loan product that suits it
	uses     []string
}

// Trades by kind of subject. Classes are four digits of GB/T 4754-2017; the
// ledger checks the division only.
var (
	herding = []trade{
		{"0313", "牦牛养殖", "AGR", []string{"FEED", "STOCK", "RENOV"}},
		{"0314", "藏羊养殖", "AGR", []string{"FEED", "STOCK"}},
		{"0311", "奶牛养殖", "AGR", []string{"FEED", "STOCK", "RENOV"}},
		{"0111", "青稞种植", "AGR", []string{"SEED"}},
		{"0123", "油菜种植", "AGR", []string{"SEED"}},
		{"0141", "马铃薯种植", "AGR", []string{"SEED"}},
		{"0159", "枸杞种植", "AGR", []string{"SEED", "WAGE"}},
		{"0170", "藏药材种植", "AGR", []string{"SEED"}},
	}
	shops = []trade{
		{"5212", "超市", "TAX", []string{"GOODS", "TURN"}},
		{"5227", "烟酒商行", "TOB", []string{"GOODS"}},
		{"5225", "茶叶副食店", "TOB", []string{"GOODS"}},
		{"6210", "面馆", "OTH", []string{"RAW", "RENT"}},
		{"6110", "民宿", "CUL", []string{"RENOV", "TURN"}},
		{"8111", "汽车修理部", "OTH", []string{"EQUIP", "RAW"}},
		{"5251", "药店", "MED", []string{"GOODS"}},
		{"5232", "民族服饰店", "CUL", []string{"RAW", "GOODS"}},
	}
	companies = []trade{
		{"1353", "牛羊肉加工", "ORD", []string{"RAW", "EQUIP"}},
		{"1441", "乳制品", "ORD", []string{"RAW", "EQUIP"}},
		{"1761", "藏毯", "ORD", []string{"RAW", "ORDER"}},
		{"2740", "藏药", "TEC", []string{"RND", "RAW"}},
		{"4415", "光伏发电", "GRN", []string{"EQUIP"}},
		{"3841", "锂电材料", "TEC", []string{"RND", "EQUIP"}},
		{"4710", "建筑工程", "BID", []string{"ORDER", "WAGE"}},
		{"5127", "商贸", "TAX", []string{"GOODS", "TURN"}},
		{"5430", "物流", "TAX", []string{"EQUIP", "TURN"}},
		{"6513", "软件", "IPP", []string{"RND", "WAGE"}},
		{"7291", "文化旅游", "CUL", []string{"RENOV", "TURN"}},
		{"3589", "医疗器械", "GPL", []string{"ORDER", "RAW"}},
		{"2110", "办公家具", "GPL", []string{"ORDER", "RAW"}},
	}
)

var (
	// brands are words of companies' names; together with a county and a
	// trade they name nobody.
	brandFirst  = []string{"昆仑", "雪域", "高原", "三江", "河湟", "祁连", "青海湖", "日月山", "格桑", "可可西", "塔尔", "玉珠", "柴达木", "门源", "年保"}
	brandSecond = []string{"源", "红", "丰", "泰", "盛", "祥", "安", "和", "达", "兴", "润", "宏", "康", "瑞", "恒"}

	hanSurnames   = []string{"王", "李", "张", "刘", "陈", "杨", "赵", "马", "祁", "李", "星", "郭", "罗", "何", "谢"}
	huiSurnames   = []string{"马", "冶", "韩", "喇", "绽", "白", "苏", "丁"}
	givenFirst    = []string{"建", "海", "国", "永", "秀", "玉", "春", "文", "生", "成", "金", "雪", "志", "桂", "晓"}
	givenSecond   = []string{"青", "军", "梅", "英", "龙", "平", "花", "林", "兰", "福", "德", "明", "祥", "霞", "莲"}
	tibetanFirst  = []string{"扎西", "才让", "多杰", "卓玛", "仁青", "索南", "拉毛", "更藏", "尼玛", "桑杰", "措毛", "旦增"}
	tibetanSecond = []string{"东珠", "措", "加", "太", "吉", "才旦", "卓玛", "扎西", "本", "尖措", "草", "杰"}
)

// tibetanCounties begin with these digits: the prefectures where most people
// have Tibetan names.
var tibetanPrefectures = map[string]bool{"6322": true, "6323": true, "6325": true, "6326": true, "6327": true, "6328": true}

func personName(r *random, region string) string {
	switch {
	case tibetanPrefectures[region[:4]] && r.percent(75):
		return pick(r, tibetanFirst) + pick(r, tibetanSecond)
	case region[:4] == "6302" && r.percent(50):
		return pick(r, huiSurnames) + pick(r, givenFirst) + pick(r, givenSecond)
	}
	return pick(r, hanSurnames) + pick(r, givenFirst) + pick(r, givenSecond)
}
