# Public figures
transparency-title = Public figures
transparency-intro = Who looked at your data and when, you see at any time with your code. These are the three counts that everybody is told, by quarter, brought up to date every night.
transparency-table = Three counts by quarter
transparency-when = Quarter
transparency-quarter = Quarter { $quarter } of { $year }
transparency-few = fewer than { $n }
transparency-small = Fewer than five is said as "fewer than 5", so that nobody can guess whom it concerns.
transparency-words = What these are
transparency-of-lawful-demands = Lawful demands
transparency-means-lawful-demands = Times that an authority got data out by an official letter and with two approvers.
transparency-of-withheld = Told later
transparency-means-withheld = Times that a look was approved by a second person to be told to the person only from a date on.
transparency-of-break-glass = Break-glass
transparency-means-break-glass = Times that somebody looked first because of an emergency; each one is reviewed and told to the person.
