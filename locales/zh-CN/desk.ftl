# 工作台
desk-search = 搜索事项、编号
desk-live-off = 实时更新断开,正在重连;内容可能不是最新
desk-sign-out = 退出
desk-nav = 工作台
desk-nav-home = 我的工作
