# 导入资料
desk-nav-imports = 导入资料
desk-imports-intro = 把已有的名册、台账一次导入。先试看，核对无误再导入；整份文件要么全部写入，要么一条也不写。导错了可以撤销。
desk-import-new = 导入一份文件
desk-import-file = 文件
desk-import-file-hint = CSV 或 Excel 表格；区域还可以是 GeoJSON。最大 32 MB。照护对象名册不走网页，请在服务器上导入。
desk-import-kind = 内容
desk-import-kind-areas = 区域
desk-import-kind-posts = 站室屋
desk-import-kind-people = 工作人员和志愿者
desk-import-kind-matters = 旧系统的事项
desk-import-kind-residents = 照护对象
desk-import-choose = 请选择
desk-import-area-kind = 区域的层级
desk-import-area-kind-hint = 只在导入区域时需要。
desk-import-datum = 坐标系
desk-import-datum-hint = 不同坐标系相差约五百米，所以必须写明，系统不猜。导入工作人员时不用选。
desk-import-datum-none = 没有坐标，或表中另有一列写明
desk-import-datum-wgs84 = GPS 坐标（WGS-84）
desk-import-datum-gcj02 = 高德、腾讯地图坐标（国测局加偏）
desk-import-datum-bd09 = 百度地图坐标
desk-import-datum-cgcs2000 = 国家大地坐标系（2000）
desk-import-map = 对照文件
desk-import-map-hint = 表头和用词与系统不同时，用它说明。导入旧系统的事项时必须有。
desk-import-timezone = 日期所用的时区
desk-import-timezone-hint = 对照文件没有写明时，在这里选。
desk-import-timezone-none = 没有日期，或对照文件已写明
desk-import-timezone-here = 北京时间
desk-import-missing-file = 请选择要导入的文件。
desk-import-missing-kind = 请选择文件的内容。
desk-import-missing-area_kind = 请选择区域的层级。
desk-import-missing-datum = 请选择坐标系；没有坐标也请选明。
desk-import-missing-map = 导入旧系统的事项需要对照文件。
desk-import-look = 先试看
desk-imports-list = 导入记录
desk-imports-none = 还没有导入过资料。
desk-imports-none-more = 每次导入后，这里会写明何时、由谁、导入了多少，并可以撤销。
desk-import-heading = 第 { $n } 次
desk-import-number = 编号
desk-import-who = 经办人
desk-import-at = 时间
desk-import-what = 结果
desk-import-sum = { $rows } 行：新增 { $added }，变更 { $changed }
desk-import-by-operator = 服务器管理员
desk-import-undone = { $at } 由{ $who }撤销
desk-import-is-undone = 已撤销
desk-import-undo = 撤销
desk-import-undo-do = 撤销这次导入
desk-import-undo-what = 恢复到导入之前的样子：新增的全部拿掉，变更的改回原样。之后已有人在用的，不能撤销，系统会逐条说明。
desk-import-done-brought = 已导入，是第 { $n } 次。
desk-import-done-nothing = 文件内容与系统一致，没有需要写入的。
desk-import-done-undone = 第 { $n } 次导入已撤销，资料恢复到导入之前。
desk-import-built-on = 第 { $n } 次导入不能撤销，什么都没有改动。导入之后，下列内容已有人在用：
desk-import-already = 第 { $n } 次导入已经撤销过了。
desk-import-too-old = 第 { $n } 次导入时间已久，原来的内容不再保留，不能撤销。
desk-import-coverage = 第 { $n } 次导入不能撤销：恢复之后警务区会有缺口或重叠。
desk-import-undo-later-first = 请先撤销后来的导入，或者再导入一份改正的文件。
desk-import-row = 第 { $n } 行，
desk-import-called = “{ $name }”
desk-import-because = { $what }：{ $why }
desk-import-thing-area = 区域
desk-import-thing-post = 站室屋
desk-import-thing-account = 账号
desk-import-thing-org = 单位
desk-import-thing-seat = 岗位
desk-import-thing-term = 任期
desk-import-thing-person = 照护对象
desk-import-thing-matter = 事项
desk-import-why-changed = 之后又改过
desk-import-why-moved = 已有人办理，或时限已提醒过
desk-import-why-has-areas = 里面有 { $n } 个区域
desk-import-why-is-answered-for = 已有站室屋负责
desk-import-why-has-posts = 下面挂有 { $n } 个站室屋
desk-import-why-has-duty = 已排 { $n } 个班
desk-import-why-signed-in = 已登录过
desk-import-why-has-keys = 发过 { $n } 个接口密钥
desk-import-why-has-terms = 有 { $n } 段任期
desk-import-why-has-orgs = 有 { $n } 个单位
desk-import-why-has-seats = 有 { $n } 个岗位
desk-import-why-has-residents = 有 { $n } 位照护对象
desk-import-why-has-matters = 有 { $n } 件事项
desk-import-why-has-consent = 已记录同意
desk-import-why-has-link = 已发过查询链接
desk-import-why-was-asked-for = 有依法调取
desk-import-why-was-looked-at = 曾被紧急查看
desk-import-why-was-asked-about = 本人提过资料申请
desk-import-why-has-pictures = 有 { $n } 张照片
desk-import-why-is-about-somebody = 关联了照护对象
desk-import-why-has-repeats = 并入了 { $n } 件重复事项
desk-import-why-has-bulletins = 有 { $n } 条公告
desk-import-looked = 试看结果：还没有写入
desk-import-refused = 这份文件不能导入
desk-import-would = 共 { $rows } 行：新增 { $added }，变更 { $changed }，不变 { $unchanged }。与系统里的不同、保留系统里的：{ $differs }。
desk-import-mend = 一条也没有写入。请改好文件再来。
desk-import-wrong = 有 { $n } 处错误，一条也没有写入。请按下表改好文件再来。
desk-import-doubtful = 存疑的行
desk-import-unaccepted = 有存疑的行。请先勾选“照样导入”，或改好文件再来。
desk-import-accept = 存疑的行照样导入，并留下标记
desk-import-nothing = 文件内容与系统一致，没有需要写入的。
desk-import-do = 导入
desk-import-drop = 放弃这份文件
desk-import-again = 换一份文件
desk-import-places = 各区域的变化
desk-import-place = 区域
desk-import-no-area = （不在任何区域）
desk-import-rows = 逐行
desk-import-did-new = 新增
desk-import-did-changed = 变更
desk-import-did-unchanged = 不变
desk-import-did-differs = 不同，保留系统里的
desk-import-col-row = 行
desk-import-col-column = 列
desk-import-col-what = 问题
desk-import-col-name = 名称
desk-import-col-did = 结果
desk-import-cut = 只列出前 200 行。
desk-import-cut-findings = 只列出前 200 处；改好这些，就会看到其余的。

# 表格文件的表头
desk-letters-col-what = 内容
desk-letters-col-tries = 次数
desk-letters-col-since = 时间
desk-letters-col-why = 原因
desk-webhook-state = 状态
desk-webhook-news = 最近情况
desk-import-row-n = 第 { $n } 行

# 文件里有误、存疑的地方：网页、命令行和接口用同样的话。拼接方式：
findings-row = 第 { $n } 行
findings-feature = 第 { $n } 个图形
findings-entry = 第 { $n } 项
findings-label = { $place }（“{ $what }”）
findings-column = { $place }，“{ $what }”列
findings-field = { $place }，{ $what }
findings-line = { $place }：{ $what }
findings-field-name = 名称
findings-field-code = 编码
findings-field-parent = 上级区域
findings-field-outline = 轮廓
findings-field-version = 版本
findings-wrong-row = 有误的行：{ $count }
findings-wrong-feature = 有误的图形：{ $count }
findings-wrong-entry = 有误的项：{ $count }
findings-doubtful-row = 存疑的行：{ $count }
findings-doubtful-feature = 存疑的图形：{ $count }
findings-doubtful-entry = 存疑的项：{ $count }
findings-more = ……还有 { $count } 处
findings-mend-row = 一条也没有导入：{ $count } 行有误。请改好文件，再运行同一条命令
findings-mend-feature = 一条也没有导入：{ $count } 个图形有误。请改好文件，再运行同一条命令
findings-mend-entry = 一条也没有导入：{ $count } 项有误。请改好文件，再运行同一条命令
findings-mend-or-accept = 一条也没有导入：{ $count } 行存疑。请改好文件，或加上 --accept-doubtful 照样导入并留下标记

# 单元格
finding-empty = 是空的，请填写
finding-too-long = 太长，请缩短
finding-longer-than = 超过 { $n } 个字，请缩短
finding-control-character = 含有换行或控制字符，请去掉
finding-not-listed = “{ $text }”没有列在对照文件的 [values.{ $field }] 下（已列：{ $listed }）
finding-not-listed-unsaid = 没有列在对照文件的 [values.{ $field }] 下（已列：{ $listed }）
finding-not-one-of = “{ $text }”不能用，只能是：{ $allowed }。用词不同时，可以用对照文件说明
finding-not-known = “{ $text }”不能用，只能是：{ $allowed }；不清楚的请留空
finding-not-yes-or-no = “{ $text }”不能用，只能是“是”或“否”；用词不同时，写在对照文件的 [values.{ $field }] 下
finding-not-open-or-closed = “{ $text }”不能用，只能是 open（未结）或 closed（已结）；用词不同时，写在对照文件的 [values.state] 下
finding-not-in-range = “{ $text }”不是 { $least } 到 { $most } 之间的数；不清楚的请留空
finding-not-a-date = “{ $text }”不是日期，请写成 2015-01-31 08:30:00 这样
finding-date-out-of-range = “{ $text }”超出日期的范围，请核对年份
finding-not-hours = “{ $text }”不是开放时间，请写成“周一至周五 8:30-17:00”或“全天”
finding-not-a-phone = 不是电话号码，请写数字，例如 021-05550110
finding-key-empty = 是空的；每一行都要有自己的编号
finding-key-twice = “{ $key }”与第 { $row } 行重复；一个编号只能用一次

# 坐标
finding-longitude-empty = 是空的，纬度却填了；请都填，或都留空
finding-latitude-empty = 是空的，经度却填了；请都填，或都留空
finding-half-a-place = 经度和纬度要一起填；请都填，或都留空
finding-not-degrees = “{ $text }”不是度数
finding-no-datum = 坐标没有写明坐标系：请在 datum（坐标系）列填 wgs84、gcj02、bd09 或 cgcs2000，或为整份文件写明（命令行用 --datum）
finding-not-a-datum = “{ $text }”不是坐标系，请填 wgs84、gcj02、bd09 或 cgcs2000
finding-coordinates-not-numbers = 坐标不是数字
finding-coordinates-out-of-range = 经度 { $lon }、纬度 { $lat } 超出 −180…180 和 −90…90
finding-coordinates-swapped = 经度 { $lon }、纬度 { $lat } 超出 −180…180 和 −90…90：经度和纬度像是填反了
finding-null-island = 0,0 是设备不知道自己在哪里时给出的，请留空
finding-not-convertible = 经度 { $lon }、纬度 { $lat } 不能从 { $datum } 换算：它在这个坐标系的边缘
finding-outside = { $at } 在本区之外，请核对
finding-outside-by-datum = { $at } 在本区之外（按坐标系 { $datum }），请核对

# 旧系统的事项
finding-opened-empty = 是空的；每件事项都要有受理日期
finding-kind-empty = 是空的；每件事项都要有类别
finding-text-empty = 是空的；每件事项都要有内容
finding-closed-empty = 是空的，状态却是已结；请填写办结日期
finding-closed-before-opened = “{ $text }”：办结早于受理（受理“{ $opened }”）
finding-target-before-opened = “{ $text }”：时限早于受理（受理“{ $opened }”）
finding-open-with-closing-date = “{ $text }”：有办结日期，状态却是未结
finding-opened-in-future = “{ $text }”：受理日期还没有到，请核对时区
finding-closed-in-future = “{ $text }”：办结日期还没有到，请核对时区
finding-kind-unknown = 本区没有“{ $kind }”这个类别：请在对照文件的 [classes.same] 下写明它是哪一类，或写上 create = true
finding-no-class = 对照文件的 [classes.same]：本区没有类别“{ $code }”
finding-not-a-class = “{ $text }”不是本区的类别（{ $known }）；请写在 [values.class] 下
finding-not-a-body = “{ $text }”不是本区的单位；请写在 [values.about] 下
finding-body-of-several = 这里有几个单位都叫“{ $text }”；这一件请在工作台登记

# 工作人员
finding-login-form = 登录名要用 2–40 个小写字母、数字、点、横线、下划线或 @
finding-email-form = 不是邮箱地址
finding-separation = 这个账号不能同时担任这两个角色：管理员不兼任其他岗位
finding-seat-taken = 这段时间这个岗位已有人担任：请先结束那段任期，或把这一行标为副手
finding-seat-closed = 这个岗位已关闭：请先启用，或换一个岗位名称
finding-not-active = 这个账号已停用或已注销
finding-last-catch-all = 本区必须一直有一位兜底责任人
finding-catch-all-has-area = 兜底岗位按区域设，不设在站室屋
finding-org-kind-missing = 缺单位的类别，请填写 org_kind
finding-term-ends-first = 任期的结束早于开始
finding-no-area = 没有区域“{ $text }”；请先导入区域，并用编码或名称填写
finding-several-areas = 有几个区域都叫“{ $text }”，请填编码
finding-no-post = 没有站室屋“{ $text }”；请先导入站室屋，并用编号或名称填写
finding-several-posts = 有几个站室屋都叫“{ $text }”，请填编号
finding-refused = 不能接受（{ $why }）

# 照护对象
finding-key-of-two = 编号用在了两个人身上；每一行都要有自己的编号
finding-area-missing = 是空的；请填社区（村）或网格的编码或名称
finding-area-unknown = 没有这个区域；请先导入区域，并用编码或名称填写
finding-area-ambiguous = 有几个区域都叫这个名称，请填编码
finding-not-a-sex = 只能是 f（女）或 m（男）
finding-not-a-birth-year = 不是年份，请写四位数字
finding-birth-year-range = 不像在世的人的出生年份
finding-phone-without-guardian = 有电话、没有监护人姓名，这个电话不会导入
finding-no-guardian = 没有人为这位对象代言
finding-too-many-guardians = 监护人太多

# 区域和站室屋
finding-gone = 已经不在了，请再试看一次
finding-stale = 刚才有人改过，请再试看一次
finding-same-as = 与第 { $row } 行是同一个
finding-code-of-another = 编码 { $code } 属于另一个区域
finding-coded-here = 这里的“{ $name }”没有编码，而系统里有一个同名、编码为 { $code } 的区域：请填编码，或核对是否同一个
finding-uncoded-here = 系统里的“{ $name }”还没有编码：请核对是否同一个，再把编码给它
finding-other-district = 本区的编码是 { $here }，不是 { $code }
finding-elsewhere = 完全在本区之外：坐标系对吗？是这份文件吗？
finding-cannot-lie-in = 层级不对：{ $kind } 不能在 { $above } 之下
finding-no-area-above = 没有编码或名称为“{ $text }”的上级区域
finding-several-areas-above = 有 { $n } 个区域都叫“{ $text }”，请填编码
finding-above-gone = 上级已经不在了
finding-hangs-on-nothing = 警务站不挂在别的站下，请留空
finding-above-missing = 缺所属的警务站，请填它的编号或名称
finding-not-a-police-post = 警务室和平安屋只能挂在警务站下
finding-no-police-post = 没有编号或名称为“{ $text }”的警务站
finding-several-police-posts = 有几个警务站都叫“{ $text }”，请填编号
finding-no-police-area = 没有编码或名称为“{ $text }”的警务区
finding-area-taken = 警务区 { $area } 已由文件里的另一个站负责

# 轮廓
finding-no-name = 没有名称：请填写，或说明哪个字段是名称（命令行用 --name-field）
finding-outline = 轮廓不能用：{ $why }
finding-outline-empty = 一个点也没有
finding-outline-few-points = 第 { $part } 块、第 { $ring } 圈只有 { $points } 个不同的点，至少要 3 个
finding-outline-unclosed = 第 { $part } 块、第 { $ring } 圈没有闭合：最后一点要与第一点相同
finding-outline-point = 第 { $part } 块、第 { $ring } 圈、第 { $point } 点：{ $why }
finding-outline-crosses = 边线在 { $at } 处自己相交
finding-outline-doubles-back = 边线在 { $at } 处往回折叠
finding-outline-hole-outside = 第 { $part } 块有一个洞在它外面，位置 { $at }
finding-outline-parts-overlap = 有两块在 { $at } 处重叠
finding-outline-unreadable = 读不出来，请写成 POLYGON、MULTIPOLYGON 或 GeoJSON
finding-outline-no-coordinates = 图形没有坐标
finding-outline-not-nested = 坐标的层次与图形的种类不符
finding-outline-not-polygon = 图形必须是 Polygon 或 MultiPolygon
finding-gap = { $at } 处有 { $area } 平方米的缺口，旁边是 { $beside }
finding-overlap = { $at } 处有 { $area } 平方米的重叠：{ $of }

# 整行
finding-too-many-cells = 有 { $n } 格，表头只有 { $width } 列：是不是少了分隔符或引号？
finding-too-many-digits = 有一个数的位数太多，电子表格存不下：请把那一列设成文本格式
finding-cell-error = 有一格显示错误 { $text }，请改正
finding-row-unreadable = 这一行读不出来
finding-row-refused = { $fields } 不能接受，什么也没有写入

# 整份文件
finding-unreadable = 文件打不开，可能已损坏；请重新另存一份再试
finding-file-kind = 请用 .csv、.csv.gz、.xlsx 或 .json 文件
finding-file-empty = 文件是空的；第一行要写列名
finding-column-twice = 第一行里“{ $column }”列出现了两次；每个列名只能用一次
finding-no-column = 文件里没有“{ $column }”列，只有：{ $there }
finding-no-column-named = 文件里没有“{ $column }”列，只有：{ $there }。列名不同时，在对照文件的 [columns] 下写明
finding-not-json = 文件不是 JSON，请重新导出一份
finding-not-a-list = 文件不是由对象组成的 JSON 列表，请重新导出一份
finding-no-areas = 文件里没有区域
finding-neither-form = 既不是 GeoJSON，也不是编码和名称的列表
finding-no-list = 文件里没有这一层级的列表，它应当叫 { $names }
finding-no-field = { $option } { $field }：文件里没有这个字段，只有：{ $there }
finding-not-one-area = --name 和 --code 用于只有一个区域的文件，这份有 { $n } 个
finding-no-datum-of-outlines = 轮廓没有写明坐标系：请选 wgs84、gcj02、bd09 或 cgcs2000（命令行用 --datum）
finding-coverage = 一条也没有导入：警务区之间会有 { $n } 处缺口或重叠。请改好再来（命令行用 --pieces 可以画出来）
finding-unsure = 一条也没有导入：有 { $n } 个区域可能与系统里的是同一个，只是编码不同
finding-unsure-pair = 文件里的“{ $name }”像是系统里的“{ $area }”（编码 { $code }）
finding-unsure-uncoded = 文件里的“{ $name }”像是系统里还没有编码的“{ $area }”
finding-pairs-written = 已写入 { $file }：请逐对核对，再加上 --names { $file } 运行
finding-pairs-how = 请加上 --propose 和文件名运行，把它们写成一份表，逐对核对，再用 --names 导入
finding-pair-unknown = 第 { $row } 行：没有编码或名称为“{ $text }”的区域（{ $kind }）
finding-pair-ambiguous = 第 { $row } 行：有几个区域（{ $kind }）都叫“{ $text }”，请填编码
finding-area-kind-missing = 没有写明区域的层级
finding-changed-meanwhile = 读文件的时候，类别、岗位或日历变了；什么也没有写入，请再来一次
finding-file-changed = 读文件的时候，文件变了；请再来一次

# 对照文件
finding-map-unreadable = 对照文件打不开
finding-map-syntax = 对照文件第 { $row } 行写得不对：请检查拼写、引号和等号
finding-map-no-key = 对照文件要写明哪一列是事项的编号：key = "id"
finding-map-no-datum = 对照文件要写明坐标系：datum = "wgs84"、"gcj02"、"bd09" 或 "cgcs2000"（也可以为整份文件写明，命令行用 --datum）
finding-map-no-zone = 对照文件要写明日期的时区，例如 timezone = "Asia/Shanghai"
finding-map-zone = 对照文件：“{ $text }”不是时区
finding-map-two-zones = 对照文件写的时区是 { $map }，而选的是 { $chosen }
finding-map-datum = 对照文件：“{ $text }”不是坐标系，请写 wgs84、gcj02、bd09 或 cgcs2000
finding-map-two-datums = 对照文件写的坐标系是 { $map }，而为文件选的是 { $chosen }
finding-map-field = 对照文件：这里没有“{ $field }”这个字段，只有：{ $known }
finding-map-needs-column = 对照文件要在 [columns] 下写明“{ $field }”是哪一列
finding-map-half-a-place = 对照文件只写了 lat 和 lon 中的一个；请都写，或都不写
finding-map-other-district = 对照文件是给“{ $district }”的，不是给本区的
finding-map-family = 对照文件的 [classes.new]：“{ $text }”不能用，只能是 police、non_police 或 emergency
finding-map-term = 对照文件的 [classes.new]：{ $field } = “{ $text }”不是期限，请写成 2h 或 7d 这样
finding-map-time = 对照文件的 [classes.new]：time = “{ $text }”不能用，只能是 calendar、working_days 或 working_hours

# 请留意
finding-district-keeps-name = 文件把本区叫作“{ $file }”，没有编码；系统里仍叫“{ $here }”
finding-in-no-other = 有 { $n } 个区域还没有上级；上级带着编码或轮廓导入后会自动归入
finding-no-district-outline = 本区还没有轮廓，没法检查警务区之间的缺口
