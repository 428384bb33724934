# 中转电话：捡到卡的人不用知道家人的号码，就能和家人通话。
relay-title = 通过中转电话和家人说话
relay-why = 您和家人互相看不到号码。请用您填写的这部电话打。
relay-own = 您的电话号码
relay-own-hint = 只用来接通这一次，我们不保存。
relay-do = 取一个中转号码
relay-call = 打给家人
relay-call-from = 请用刚才填的那部电话打，{ $at }有效。打不通就打值班室。
relay-number = 这个号码接不通，请核对后再填，或者直接打值班室。
relay-unavailable = 中转电话现在用不了。请直接打值班室，他们马上联系家人。
relay-too-much = 取得太多了。请直接打值班室。
circle-relay = 可以接中转电话
circle-relay-yes = 同意接中转电话
circle-relay-no = 不再接中转电话
