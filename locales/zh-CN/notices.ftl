# 通知:页面上的一句话,也是邮件的标题
notice-new = 新事项归您办：{ $number }
notice-assigned = 有人把 { $number } 交给您办
notice-inherited = 您接了这个岗位，{ $number } 现在归您办
notice-returned = { $number } 被退回，请另派人办
notice-sent_back = { $number } 核查没有通过，请再办
notice-verified = { $number } 核查通过，请把答复发出去
notice-bring_answer = 请当面或打电话把 { $number } 的答复告诉反映人
notice-word_failed = { $number } 写给反映人的话邮件没有送到，请打电话告诉反映人
notice-mail_failed = { $number } 的答复邮件没有送到，请当面或打电话告诉反映人
notice-reopened = { $number } 被重新打开
notice-facts_added = 反映人给 { $number } 补充了情况
notice-emergency = 紧急：{ $number }
notice-yellow = { $number } 快到期了
notice-red = { $number } 到期了
notice-pause_over = { $number } 等待到期，请接着办
notice-joined = 另一件事并进了 { $number }
notice-closed = { $number } 办结了
notice-supervisor = { $number } 已经超时，请督促
notice-next_level = { $number } 超时仍未办，请您过问
notice-verify = { $number } 等您核查
notice-lost_new = 有走失老人的新事，请马上看：{ $number }
notice-lost_untaken = 走失老人 { $number } 还没有人接手，请督促
notice-lost_asked = 请帮忙认一认，这位老人是谁：{ $number }
notice-lost_called = 附近有位老人需要帮忙找，您能来吗：{ $number }
notice-lost_over = 老人的事有了结果，谢谢您：{ $number }
notice-lost_offer = 有人愿意帮忙：{ $number }
notice-lost_next_contact = 上一位家人没联系上，请打给下一位：{ $number }
notice-lost_look = 该去看看站里的老人了：{ $number }
notice-lost_long = 老人在站里时间长了，请安排看医生：{ $number }
notice-lost_second = 交接老人需要第二位民警或值班员同意：{ $number }
notice-lost_override = 家中无人时仍把老人送回了家，请过问：{ $number }
notice-lost_conference = 这位老人一年内第三次走失，请安排照护会商：{ $number }
notice-lost_card = 走失的老人有新消息：有人扫了卡或者留了话，{ $number }
notice-lost_search_found = 搜寻小组报告找到了老人，请马上看：{ $number }
notice-lost_search_seen = 搜寻小组看到了可能是老人的人：{ $number }
notice-lost_word = 家人或发现人有话：{ $number }
mail-staff-body = { $sentence }

    办理期限：{ $due }
    打开办理：{ $link }

    这封邮件由系统自动发出，不含反映人的任何信息，请不要直接回复。
mail-answer-subject = 您反映的事有答复了：{ $number }
mail-answer-body = 您好：

    您反映的事（{ $number }）有答复了，请打开这个只属于您的网页查看：
    { $link }

    请不要把网址转发给别人。如果打不开，请致电 { $phone }，报编号 { $number }。
    看过以后可以评价；30 天内如果问题又出现，可以在同一个网页上重新打开。

    这封邮件由系统自动发出，请不要直接回复。
notice-audit_question = 请说明一次查看的缘由：第 { $number } 条
notice-audit_answered = 第 { $number } 条查看的缘由已说明，请复核
notice-audit_report = 审计上报了一次查看：第 { $number } 条
notice-audit_broken = 审计日志核验没有通过：{ $number }
notice-withhold_asked = 有人申请暂缓告知一次查看，请审批：{ $number }
notice-withhold_decided = 暂缓告知的申请已有结论：{ $number }
mail-copy-subject = 您反映的事有答复了：{ $number }
mail-copy-body = 您好：

    您反映的事（{ $number }）有答复了。我们会按您选的方式告诉您；您也可以打开这个只属于您的网页先看：
    { $link }

    请不要把网址转发给别人。如果打不开，请致电 { $phone }，报编号 { $number }。

    这封邮件由系统自动发出，请不要直接回复。

mail-ask-subject = 您反映的事需要您补充：{ $number }
mail-ask-body = 您好：

    您反映的事（{ $number }）在等您补充情况。要补充什么、等到哪天，请打开这个只属于您的网页查看：
    { $link }

    在那一页上可以直接补充。请不要把网址转发给别人。如果打不开，请致电 { $phone }，报编号 { $number }。

    这封邮件由系统自动发出，请不要直接回复。

mail-word-subject = 办事的人给您写了话：{ $number }
mail-word-body = 您好：

    办理您反映的事（{ $number }）的人给您写了话，请打开这个只属于您的网页查看：
    { $link }

    请不要把网址转发给别人。如果打不开，请致电 { $phone }，报编号 { $number }。

    这封邮件由系统自动发出，请不要直接回复。

mail-anchor-subject = 审计日志锚点 { $at }
mail-anchor-body = 这是审计日志在 { $at } 的状态，共 { $entries } 条。请另外保存，不要删除：

    { $line }

    需要核验时，把保存的这些行放进一个文件，运行 mulin audit verify --anchor 文件。
    这封邮件由系统自动发出，不含任何个人信息。
mail-receipt-subject = 已收到您的邮件：{ $number }
mail-receipt-body = 您好：

    您的邮件已经收到，编号 { $number }。办到哪一步、什么时候答复，请打开这个只属于您的网页查看：
    { $link }

    请不要把网址转发给别人。有急事请打 110、119 或 120；其他问题请致电 { $phone }，报编号 { $number }。
    要补充情况，可以在网页上补充。

    这封邮件由系统自动发出。
mail-in-empty = （邮件里没有文字）
mail-in-about = （回复已办结的 { $number }）
mail-in-files = （邮件带了 { $n } 个没有收下的附件，只收照片；需要时请联系反映人。）
notice-webhook_off = 推送地址连续失败，已停用：{ $number }
notice-break_glass = 有人紧急查看了档案，请复核：{ $number }
notice-break_glass_late = 紧急查看到期还没有复核：{ $number }
notice-demand_asked = 有一份依法调取的申请等您审批：{ $number }
notice-demand_tell = 档案已依法调出，请告知本人或监护人：{ $number }
notice-sms_failed = { $number } 的答复短信没有送到，请当面或打电话告诉反映人
# 短信:固定的文字,须与在运营商处报备的模板一致;签名由配置加在前面
sms-answer = 您反映的事（{ $number }）有答复了，请打开 { $link } 查看，网址请勿转发。查询电话 { $phone }。
# 工作群机器人:每行前面的词
robot-emergency = 【紧急】
robot-new = 【新事项】
robot-lost = 【走失老人】
robot-lost-what = 请马上看
robot-overdue = 【已超时】
robot-reopened = 【重新打开】
robot-more = 另有 { $n } 件，请到工作台查看。
notice-data_request_new = 有人对自己的个人信息提出了请求，编号 { $number }，15 个工作日内答复
notice-data_request_soon = 个人信息请求 { $number } 快到期了
notice-data_request_due = 个人信息请求 { $number } 到期了还没答复
notice-data_request_late = 个人信息请求 { $number } 超期一天还没答复
notice-data_request_second = 个人信息请求 { $number } 等您作为第二人审批
notice-data_request_answered = 您代为登记的个人信息请求 { $number } 有新的答复，请告诉本人
mail-desk-body = { $sentence }

    打开工作台：{ $link }
# 推送到手机或电脑上的通知:固定的句子,会显示在锁屏上,所以没有姓名、编号和内容
push-desk-title = 睦邻工作台
push-desk-body = 有新消息，请打开工作台查看。
push-urgent-title = 睦邻工作台：急事
push-urgent-body = 有一件事急需处理，请马上打开工作台。
push-matter-title = 睦邻
push-matter-body = 您反映的事有了新进展，点开查看。
notice-card_scanned = 有人扫了爱心卡：{ $number }
notice-card_old = 有人用了已经停用的爱心卡：{ $number }
notice-card_far = 有人在离家很远的地方扫了爱心卡，请核实：{ $number }
notice-card_often = 一小时内爱心卡被扫了好几次，请看看：{ $number }
notice-card_reported = 爱心卡的留言被举报，请处理：{ $number }
notice-finder_message = 发现人通过爱心卡留言了：{ $number }
notice-care_changed = 家人改了照护计划（爱心卡 { $number }），改了什么请在办事时打开档案看
mail-family-scan-subject = 有人扫了您家老人的爱心卡
mail-family-scan-body = 刚才有人打开了爱心卡的页面。可能有人正陪着老人，也可能只是有人看看。

    请先打电话联系老人。联系不上，请打值班电话 { $phone }，24 小时有人。

    发现人如果留言，您可以在这里看到并回复（用查询信上的编码进入）：
    { $link }
mail-family-message-subject = 发现人给您留言了
mail-family-message-body = 有人通过爱心卡给您留了言。请打开这里查看并回复（用查询信上的编码进入）：
    { $link }

    对方看不到您的号码，您也看不到对方的。不要打开留言里的网址，不要转账。值班电话 { $phone }，24 小时有人。
mail-family-plan-subject = 照护计划被打开过
mail-family-plan-body = 工作人员打开了您家老人的照护计划。是谁、什么时候、为了什么，在这里能看到（用查询信上的编码进入）：
    { $link }
mail-family-change-subject = 照护计划有改动
mail-family-change-body = 另一位监护人或老人自己改了照护计划。改了哪一部分、什么时候，在这里能看到（用查询信上的编码进入）：
    { $link }

    有疑问请打值班电话 { $phone }。
sms-family-scan = 有人扫了您家老人的爱心卡。请先联系老人，联系不上请打值班电话 { $phone }。
sms-family-message = 发现人通过爱心卡给您留言了，请打开 { $link } 用查询信上的编码查看。值班电话 { $phone }。
sms-family-plan = 工作人员打开了您家老人的照护计划，谁看过请到 { $link } 查看。值班电话 { $phone }。
sms-family-change = 另一位监护人或老人自己改了照护计划，改了哪一部分请到 { $link } 查看。值班电话 { $phone }。
mail-family-worry-subject = 有邻居对您家老人不放心
mail-family-worry-body = 有邻居按了“不放心”。居委会已经知道了，正在联系。您也可以先打电话给老人。

    后来怎样，在这里能看到（用查询信上的编码进入）：
    { $link }

    有事请打值班电话 { $phone }，24 小时有人。
mail-family-worry-over-subject = 邻居的不放心有结果了
mail-family-worry-over-body = 居委会已经处理好了。是谁、什么时候、怎么样，在这里能看到（用查询信上的编码进入）：
    { $link }
sms-family-worry = 有邻居对您家老人不放心，居委会已在联系。您也可以先打电话给老人，后来怎样请到 { $link } 查看。值班电话 { $phone }。
sms-family-worry-over = 邻居的不放心有结果了，请到 { $link } 用查询信上的编码查看。值班电话 { $phone }。
# 定位器:写给家人和站里的话,没有姓名、没有地点,也不说是谁
notice-worry_new = 有邻居对老人不放心，请马上回电并去看看：{ $number }
notice-worry_again = 邻居的不放心还没有回电，时间快到了：{ $number }
notice-worry_late = 邻居的不放心过了时间还没有结果，请过问：{ $number }
notice-worry_over = 邻居的不放心已有结果：{ $number }
notice-extra_ends = 有一份加的照应快到期了：要不要续，请看看
notice-team_left = 有一位老人不要帮困队了，您不用再负责
notice-volunteer_left = 有一位志愿者不做了，手上的事已经交回，请看看谁来接
notice-locator_sos = 有老人按了求救键，请马上处理：{ $number }
notice-locator_unanswered = 定位器告警没有家人回应，请处理：{ $number }
notice-locator_untaken = 求救或者告警还没有处理好，请过问：{ $number }
notice-locator_over = 定位器告警有人处理了，或已经解除：{ $number }
mail-family-locator-sos-subject = 您家老人按了求救键
mail-family-locator-sos-body = 您家老人刚才按了定位器上的求救键。请先打电话给老人，再打开睦邻查看（用查询信上的编码进入）：
    { $link }

    警务站也收到了。联系不上老人，请打值班电话 { $phone }；情况紧急请打 110 或 120。
mail-family-locator-alert-subject = 定位器有一条告警，请打开睦邻查看
mail-family-locator-alert-body = 您家老人的定位器有一条告警。请打开睦邻查看，并点“我去看看”或“误报”（用查询信上的编码进入）：
    { $link }

    没有家人回应时，我们会告诉警务站。值班电话 { $phone }。
mail-family-locator-over-subject = 定位器告警已经有人处理
mail-family-locator-over-body = 警务站处理了您家老人定位器的告警。怎样处理的，请打开睦邻查看（用查询信上的编码进入）：
    { $link }

    有疑问请打值班电话 { $phone }。
sms-family-locator-sos = 您家老人按了求救键。请先给老人打电话，再打开睦邻查看：{ $link }。值班电话 { $phone }。
sms-family-locator-alert = 定位器有一条告警，请打开睦邻查看：{ $link }。值班电话 { $phone }。
sms-family-locator-over = 警务站处理了定位器的告警，请打开睦邻查看：{ $link }。值班电话 { $phone }。
# 走失老人:写给家人的话,没有姓名和地点
mail-lost-looking-subject = 我们正在帮您找老人：{ $number }
mail-lost-looking-body = 您好：

    您家老人走失的事已经收到，编号 { $number }，正在找。
    老人现在怎样、去哪里接、您什么时候能到，请打开这个只属于您的网页：
    { $link }

    请不要把网址转发给别人。打不开请打值班电话 { $phone }，24 小时有人，报编号就行。
    这封邮件由系统自动发出。
sms-lost-looking = 正在帮您找老人（{ $number }）。请打开 { $link } 查看并告诉我们您什么时候能到，网址请勿转发。值班电话 { $phone }。
mail-lost-found-subject = 您家老人有人看到了：{ $number }
mail-lost-found-body = 您好：

    您家老人有人看到了，编号 { $number }，我们的人正赶过去或正陪着。
    老人现在怎样、去哪里接、您什么时候能到，请打开这个只属于您的网页：
    { $link }

    请不要把网址转发给别人。打不开请打值班电话 { $phone }，24 小时有人，报编号就行。
    这封邮件由系统自动发出。
sms-lost-found = 您家老人有人看到了（{ $number }）。请打开 { $link } 查看并告诉我们您什么时候能到，网址请勿转发。值班电话 { $phone }。
mail-lost-kept-subject = 您家老人在站里，很安全：{ $number }
mail-lost-kept-body = 您好：

    您家老人在站里，有人照看，编号 { $number }。
    老人现在怎样、去哪里接、您什么时候能到，请打开这个只属于您的网页：
    { $link }

    请不要把网址转发给别人。打不开请打值班电话 { $phone }，24 小时有人，报编号就行。
    这封邮件由系统自动发出。
sms-lost-kept = 您家老人在站里，有人照看（{ $number }）。请打开 { $link } 查看并告诉我们您什么时候能到，网址请勿转发。值班电话 { $phone }。
mail-lost-home-subject = 老人已经交给家人：{ $number }
mail-lost-home-body = 您好：

    编号 { $number }：老人已经平安交到家人或照护的人手里。
    有疑问请打值班电话 { $phone }，24 小时有人，报编号就行。

    这封邮件由系统自动发出。
sms-lost-home = 老人已经平安交到家人或照护的人手里（{ $number }）。有疑问请打值班电话 { $phone }。
mail-lost-code-subject = 接老人用的验证码：{ $number }
mail-lost-code-body = 您好：

    您去接老人（{ $number }）时，请把这个验证码当面告诉站里的民警或值班员：{ $code }

    只当面说。电话里、网上谁问都不要说。值班电话 { $phone }，24 小时有人。
    这封邮件由系统自动发出。
sms-lost-code = 接老人（{ $number }）的验证码是 { $code }。只当面告诉站里的民警或值班员，电话里、网上谁问都不要说。值班电话 { $phone }。
mail-lost-conference-subject = 请您来开照护会商：{ $number }
mail-lost-conference-body = 您好：

    您家老人今年已经走失好几次了。居委会会约您和社区民警一起坐下来，看看联系卡、照护时间表和家里的安排要怎么改，让老人少走失。
    居委会会打电话给您约时间；您也可以先打值班电话 { $phone }，报编号 { $number }。

    这封邮件由系统自动发出。
sms-lost-conference = 您家老人今年走失好几次了，居委会会打电话约您一起商量怎么照护更好。也可以打值班电话 { $phone }，报编号 { $number }。
