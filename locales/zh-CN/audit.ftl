# 公开数字
transparency-title = 公开数字
transparency-intro = 谁在什么时候看过您的信息，您凭查询码随时能看到。下面是需要向所有人公开的三项次数，按季度统计，每天夜里更新。
transparency-table = 三项次数，按季度
transparency-when = 季度
transparency-quarter = { $year } 年第 { $quarter } 季度
transparency-few = 少于 { $n }
transparency-small = 不足 5 次的只写“少于 5”，以免让人猜到是谁。
transparency-words = 这三项是什么
transparency-of-lawful-demands = 依法调取
transparency-means-lawful-demands = 有关机关凭公函、经两人批准调取资料的次数。
transparency-of-withheld = 暂缓告知
transparency-means-withheld = 一次查看经另一人批准，到约定的日期才告诉本人的次数。
transparency-of-break-glass = 紧急查看
transparency-means-break-glass = 情况紧急、先查看后说明的次数；每一次都要复核，并告诉本人。
