# Relay calls: whoever found the card talks with the family, and neither sees the other's number.
relay-title = Talk with the family through the relay
relay-why = You and the family do not see each other's number. Please call from the telephone whose number you type.
relay-own = Your telephone number
relay-own-hint = Only for this one connection; we do not keep it.
relay-do = Get a relay number
relay-call = Call the family
relay-call-from = Call from the telephone you just typed, { $at }. If it does not go through, call the duty desk.
relay-number = This number cannot be connected. Please check it, or call the duty desk.
relay-unavailable = The relay is not available now. Please call the duty desk; they reach the family at once.
relay-too-much = Asked too often. Please call the duty desk.
circle-relay = Takes relay calls
circle-relay-yes = Agrees to relay calls
circle-relay-no = No relay calls any more
