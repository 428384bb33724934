# 日历订阅（/ical/…）里的话。
ical-name = 睦邻：{ $name }
ical-duty = 值班：{ $post }
ical-due = 到期：{ $number } { $class }
