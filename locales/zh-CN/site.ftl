# 每一页都有的字
site-name = 睦邻
skip-to-content = 跳到正文
look-nav = 显示方式
look-elder = 大字版
look-usual = 普通版
look-larger = 字再大些
look-smaller = 字小一些
look-other-language = English
foot-nav = 更多
foot-duty = 值班电话，24 小时有人接
foot-emergency = 有人身危险请先打 110、119 或 120。
foot-track = 查进度
foot-grid = 谁在管我这里
foot-staff = 工作人员登录
form-problem = 有地方要改一下
login-title = 工作人员登录
login-intro = 居民反映事情、查进度都不需要登录。
login-name = 登录名
login-password = 密码
login-do = 登录
login-wrong = 登录名或密码不对，请再试一次。忘了密码，请找本单位管理员。

kept-lost = 登录已过期，还没有提交。您写的内容都在，登录后接着交。
kept-title = 刚才写的还在
kept-intro = 已重新登录。看一下，没问题就提交。
kept-files = 照片要重新选：提交后在事项页面上添加。
kept-send = 提交
kept-drop = 不交了，回工作台
# 首页
home-title = 需要帮忙吗？
home-report = 反映一件事
home-report-more = 漏水、吵闹、隐患、求助，三步说清
home-track = 查进度
home-track-more = 用查询码看办到哪一步
home-grid = 谁在管我这里
home-grid-more = 查网格员、民警、居委会的电话
home-lost = 发现走失的老人
home-lost-more = 陪在身边，马上打值班电话
home-how = 说了以后会怎样
home-how-1 = 您会拿到编号和查询码，还有什么时候答复您。
home-how-2 = 有名有姓的人接手去办，每一步都查得到。
home-how-3 = 办完由另一个人核查，再把结果告诉您。没办好，可以要求重办。
field-wrong = 这一项填得不对，请再看看

# Between the parts of a list.
list-and = 、
map-name = 地图
map-nearer = 放大
map-farther = 缩小
map-close = 关闭
