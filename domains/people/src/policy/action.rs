//! Everything that can be asked for.

macro_rules! actions {
    ($($(#[$gdoc:meta])* $group:ident = $title:literal { $($(#[$doc:meta])* $name:ident = $code:literal),+ $(,)? })+) => {
        /// Something somebody wants to do. A new one must be given a rule (the match is exhaustive) and shows up in
        /// `docs/policy-matrix.txt`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action { $($($(#[$doc])* $name),+),+ }

        /// Chapters of the matrix.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Group { $($(#[$gdoc])* $group),+ }

        impl Action {
            pub const ALL: &'static [Self] = &[$($(Self::$name),+),+];
            /// Stable code, as used in the matrix and in locale keys (`action-…`).
            pub const fn code(self) -> &'static str { match self { $($(Self::$name => $code),+),+ } }
            pub const fn group(self) -> Group { match self { $($(Self::$name => Group::$group),+),+ } }
        }
        impl Group {
            pub const ALL: &'static [Self] = &[$(Self::$group),+];
            pub const fn title(self) -> &'static str { match self { $(Self::$group => $title),+ } }
        }
    };
}

actions! {
    Intake = "Raising and following a matter" {
        /// Raise for oneself.
        Raise = "raise",
        /// Type for somebody on the telephone or at the desk (R9).
        RaiseFor = "raise-for",
        /// Follow one's own matter with its code; whoever typed for somebody may read the same page to them.
        FollowMatter = "follow-matter",
        /// What anybody may see of a matter: its class, where it stands, and, in classes that lie in public space, where
        /// it is. Never who raised it.
        ViewPublished = "view-published",
        AddFacts = "add-facts",
        AddAttachment = "add-attachment",
        Rate = "rate",
        Reopen = "reopen",
    }
    Reading = "Reading matters" {
        /// The desk, its lists and its live updates. What they show is the scope of `ViewMatter`.
        ViewDesk = "view-desk",
        ViewMatter = "view-matter",
        ViewAttachment = "view-attachment",
        /// Name and contact of whoever raised it (R3). Each one is logged.
        RevealRaiser = "reveal-raiser",
        /// The words of the raiser as they stand, before what gives them away was hidden (R3). Each one is logged.
        ViewOriginal = "view-original",
        /// Lists as CSV or xlsx, without personal data of raisers.
        ExportMatters = "export-matters",
        /// On-time, solved and satisfied rates.
        ViewReports = "view-reports",
        /// Filters kept by oneself.
        SaveView = "save-view",
    }
    Sorting = "Sorting matters" {
        /// Refuse with a reason, or call it an emergency.
        Screen = "screen",
        MergeDuplicate = "merge-duplicate",
        Reclassify = "reclassify",
        Accept = "accept",
        Assign = "assign",
    }
    Handling = "Handling matters" {
        Sign = "sign",
        Return = "return",
        /// Log that the raiser was contacted.
        Contact = "contact",
        Handle = "handle",
        Wait = "wait",
        Resume = "resume",
        Extend = "extend",
        Park = "park",
        /// Remark for colleagues.
        Remark = "remark",
        /// Hand in for checking.
        Submit = "submit",
    }
    Closing = "Checking and answering" {
        Verify = "verify",
        /// Not good enough: back to the handler.
        SendBack = "send-back",
        Answer = "answer",
        /// Log that the answer arrived, or that an attempt failed.
        RecordDelivery = "record-delivery",
        Close = "close",
        /// Tell the supervisor, then the next level, that something is late.
        Escalate = "escalate",
        /// Set due times again after a change of rule or calendar.
        RecomputeClocks = "recompute-clocks",
    }
    Places = "Areas and posts" {
        ViewPlaces = "view-places",
        ManageAreas = "manage-areas",
        /// Draw, split and join areas on the map.
        EditAreas = "edit-areas",
        ManagePosts = "manage-posts",
        /// Duty times and who is on now.
        ManageDuty = "manage-duty",
        /// What posts have: people by role, vehicles, wheelchairs, keys, and until when something is lent. To whom it is lent,
        /// only those who keep it see.
        ViewResources = "view-resources",
        /// Write down what a post has, lend it and take it back.
        KeepResources = "keep-resources",
        /// The list of kinds of resources.
        ManageResourceKinds = "manage-resource-kinds",
        /// Who on duty or available is within some minutes on foot: in the name of an open matter.
        FindNear = "find-near",
        /// The same in the name of an open case of a lost elder, and call them.
        FindNearCase = "find-near-case",
        /// The same around one's own post, by its duty officer.
        FindNearPost = "find-near-post",
        /// Contact cards of buildings (N7): who stands on them, which are printed again, which households took one.
        KeepContactCards = "keep-contact-cards",
        /// Rest days, festivals and events to come, and what is suggested for them.
        ViewCrowd = "view-crowd",
        /// Write down festivals and events.
        ManageEvents = "manage-events",
        /// Make duty times of a suggestion, or decline it.
        DecideCrowd = "decide-crowd",
    }
    People = "People" {
        /// Own password, language, devices.
        OwnAccount = "own-account",
        /// What one is told on the desk.
        OwnNotices = "own-notices",
        /// Names, seats and office numbers of colleagues.
        ViewStaff = "view-staff",
        ManageAccounts = "manage-accounts",
        ManageOrgs = "manage-orgs",
        ManageSeats = "manage-seats",
        /// Give somebody a seat, or end it.
        ManageTerms = "manage-terms",
        /// Let somebody stand in on a seat that is not an administrator's.
        ManageDeputies = "manage-deputies",
        /// Sign out a device.
        ManageSessions = "manage-sessions",
        /// Keys of programs.
        ManageTokens = "manage-tokens",
        /// Take away somebody's second factor, passkey or linked account, so that a lost telephone opens nothing.
        ResetFactor = "reset-factor",
    }
    Care = "Records of people in care" {
        /// By name, in the name of an open matter or within a break-glass window (R5). Each hit shown is logged.
        FindPerson = "find-person",
        /// Say that a matter is about somebody.
        LinkPerson = "link-person",
        /// Open a record; what it shows are the four parts below. Each one is logged.
        OpenRecord = "open-record",
        ViewIdentity = "view-identity",
        ViewContact = "view-contact",
        /// Only with the consent of the person or a guardian (R7).
        ViewHealth = "view-health",
        /// Only with the consent of the person or a guardian (R7).
        ViewLocation = "view-location",
        RegisterPerson = "register-person",
        ChangeRecord = "change-record",
        /// Say that two records are of one person, or of two, and take that back: only where both live.
        JoinRecords = "join-records",
        RecordConsent = "record-consent",
        WithdrawConsent = "withdraw-consent",
        /// Look without a matter: a reason, half an hour, and others look into it.
        BreakGlass = "break-glass",
        /// Say whether it was right, and tell the person. Never one's own.
        ReviewBreakGlass = "review-break-glass",
        /// Ask for a record on a lawful demand (R14).
        AskDemand = "ask-demand",
        /// As one of two approvers; never one's own request.
        ApproveDemand = "approve-demand",
        /// Take the record out once it is approved.
        ExportDemand = "export-demand",
        /// Ask for the register of people as a file, and take it once somebody else agreed (R5). Each one is logged.
        AskRegister = "ask-register",
        /// Agree to that; never to one's own.
        ApproveRegister = "approve-register",
        /// How many look-ups a day, how many hits, how long a window.
        ManageRecordRules = "manage-record-rules",
        /// Give the person or a guardian the link to their own page, once it was checked who they are; take it back.
        IssueLink = "issue-link",
        /// Say, as a second person, that whoever the letter is for was there; never of a letter one made oneself.
        ConfirmLink = "confirm-link",
        /// Who looked, when and why, and what was asked: one's own page, with the link.
        FollowRecord = "follow-record",
    }
    Lost = "A lost elder" {
        /// Say that an elder was found wandering, or is missing.
        ReportLost = "report-lost",
        /// What is known, what was done and by whom. Not who the elder is.
        ViewCase = "view-case",
        /// Take it over, write down what happens, call the contacts, keep the elder safe.
        WorkCase = "work-case",
        /// Look through enrolled elders who may be meant, and say who it is. Each one shown is logged.
        IdentifyCase = "identify-case",
        /// Ask committees who it is, and volunteers and shops near by for help.
        CallHelp = "call-help",
        /// Tell everybody that an elder is missing, with the family's consent; say that it is over.
        PublicAppeal = "public-appeal",
        /// "I help": for whoever was called.
        OfferHelp = "offer-help",
        /// What a helper needs, the name of the elder too, while they help.
        HelpCase = "help-case",
        /// Plan who looks where for a missing elder, and write down what teams tell. The places that the family named are on the map.
        PlanSearch = "plan-search",
        /// The route of one team, by its code: no name, no home; and what the team tells.
        SearchTeam = "search-team",
        HandOver = "hand-over",
        /// Agree, as a second person, that the elder goes with somebody who is no contact.
        SecondHandOver = "second-hand-over",
        CloseCase = "close-case",
        /// Where the elder is and who has them: the family, with its link.
        FollowCase = "follow-case",
    }
    Circle = "Care plans and cards" {
        /// Whom to call, who is at home when, which card is worn: in the name of an open matter or case about the elder.
        ViewCare = "view-care",
        /// The sealed care plan. Each opening is logged and told to the family.
        OpenPlan = "open-plan",
        /// Write contacts, plan and schedule, and what was agreed to.
        ChangeCare = "change-care",
        /// Give a card to an elder, check it, replace it, take it back.
        ManageCard = "manage-card",
        /// Print blank cards for the stock of a post.
        MakeCards = "make-cards",
        /// Scan a card, or type its code: whoever stands beside the elder.
        ScanCard = "scan-card",
        /// Read and answer what a finder wrote: the family, and the desk of the card's post.
        WriteToFinder = "write-to-finder",
    }
    Visits = "Visits to people in care" {
        /// Who is to be visited where one works, when and why; the page of one person.
        ViewVisits = "view-visits",
        /// What was stated about somebody and calls for visits; of health only while that is agreed to (R7).
        ViewVisitFacts = "view-visit-facts",
        /// Begin and end a plan, write facts and wishes, send somebody, settle what came in twice.
        PlanVisits = "plan-visits",
        /// Say what came of a visit: whoever was sent, and a typist for them (R9).
        RecordVisit = "record-visit",
        /// Heat, cold, typhoon and festival rounds of an area.
        SwitchRounds = "switch-rounds",
        /// Say that fewer visits are wished, or none: the person and those who speak for them, with their letter.
        WishVisits = "wish-visits",
    }
    Neighbours = "Neighbours" {
        /// Who looks out for somebody, and what came of a neighbour's worry: the person, the family, the place.
        ViewWatch = "view-watch",
        /// Name a neighbour who looks out for somebody, with both agreeing; end it.
        NameNeighbour = "name-neighbour",
        /// "I am worried": the neighbour who was named, by the code of their link.
        Worry = "worry",
        /// The same for a neighbour on the telephone, found by their own number (R9).
        TypeWorry = "type-worry",
        /// Call back, send somebody, say what came of it.
        AnswerWorry = "answer-worry",
        /// Within how many minutes a worried neighbour is called back.
        ManageWatch = "manage-watch",
        /// Help teams (N3): who is in them and who has none.
        ViewTeams = "view-teams",
        /// Make teams, take people in, give somebody who agreed a named person and a deputy.
        KeepTeams = "keep-teams",
        /// Say that one would like to have a help team, or not any more.
        AgreeTeam = "agree-team",
        /// Extra care for a time (N12): what was asked and until when; why, with the person opened.
        ViewExtraCare = "view-extra-care",
        /// Ask for it, once the person or a guardian agreed; end it.
        AskExtraCare = "ask-extra-care",
        /// Accept it until a day, renew it, say no.
        DecideExtraCare = "decide-extra-care",
        /// Mutual help (N9): what elders offer and need, who helps whom, the hours.
        ViewMutual = "view-mutual",
        /// Offer, need, agree, write hours down and confirm them; propose who helps whom.
        KeepMutual = "keep-mutual",
    }
    Volunteers = "Volunteers and company" {
        /// Say that one would like to help, and follow that with one's code.
        SignUpVolunteer = "sign-up-volunteer",
        /// Who would like to help and who does, where one works.
        ViewVolunteers = "view-volunteers",
        /// Check and train somebody, take them along, insure and thank them; refuse with a reason.
        LeadVolunteers = "lead-volunteers",
        /// Let somebody be sent: a seat of a volunteer with a term, and an account where there is none. Not by whoever checked them.
        ApproveVolunteer = "approve-volunteer",
        /// Plan what is done together, invite whoever agreed to that, write how many came.
        RunActivities = "run-activities",
        /// Whether one would like to be rung and invited, and what one answers (N10).
        OwnCompany = "own-company",
        /// Appoint residents' representatives and building leaders, and end their terms.
        AppointCommunity = "appoint-community",
        /// Coverage, warmth and precision of visits, per neighbourhood.
        ViewCoverage = "view-coverage",
    }
    Locators = "Watches and pendants" {
        /// Where somebody is, today's path, battery, who looked: the family, as far as it was agreed.
        FollowLocator = "follow-locator",
        /// Give somebody a locator, take it back, replace it.
        BindLocator = "bind-locator",
        /// Draw the places that tell when somebody leaves or enters.
        ChangeFences = "change-fences",
        /// Say who of the family sees what, and when.
        ChangeSight = "change-sight",
        /// No positions until a time, or for good.
        PauseLocator = "pause-locator",
        /// Where guardians disagree, what the committee decided.
        DecideLocator = "decide-locator",
        /// Ask a locator for its place now, or how often it tells it: the family. Whoever works on an open case asks with `LiveTrack`.
        CommandLocator = "command-locator",
        /// "I see to it", "false alarm": the family.
        AnswerAlert = "answer-alert",
        /// What nobody of the family answered, and each call for help: the post where somebody lives.
        WorkAlert = "work-alert",
        /// Last places and the track of a lost elder, in the name of the open case. Each look is logged and shown to the family.
        LiveTrack = "live-track",
        /// The stock of devices of a place; no positions.
        KeepLocators = "keep-locators",
        /// All devices, and numbers that nobody knows; no positions.
        ViewLocators = "view-locators",
        /// Model and datum of a device, which decide how what it sends is read.
        SetLocator = "set-locator",
    }
    OwnData = "What people ask about their own data" {
        /// A copy, a correction, erasure, an objection: with the link of the record or the code of the receipt.
        AskOwnData = "ask-own-data",
        /// Take it down for somebody on paper or at the counter (R9).
        TakeDataRequest = "take-data-request",
        /// Grant, refuse with a reason, put off once.
        DecideDataRequest = "decide-data-request",
        /// Let a copy out or an erasure happen, as a second person; never what one granted or took down oneself.
        ApproveDataRequest = "approve-data-request",
        /// Print an approved copy for whoever comes for it.
        HandOverCopy = "hand-over-copy",
    }
    Running = "Running the district" {
        OpenDistrict = "open-district",
        ManageSettings = "manage-settings",
        /// How people sign in: second factor, devices, times.
        ManageSignIn = "manage-sign-in",
        /// Classes of matters and their clocks.
        ManageClasses = "manage-classes",
        ManageCalendar = "manage-calendar",
        Import = "import",
        /// Put back what an import changed, while nothing was built on it.
        UndoImport = "undo-import",
        /// Messages that could not be sent: look, send again, give up with a reason.
        ManageDeadLetters = "manage-dead-letters",
        /// Write what everybody is to be told at once.
        DraftBulletin = "draft-bulletin",
        /// Let it go out, as a second person; take it back.
        PublishBulletin = "publish-bulletin",
        /// Programs elsewhere that are told when something moves.
        ManageWebhooks = "manage-webhooks",
        ManageKeys = "manage-keys",
    }
    Log = "Looking after the log" {
        /// Recompute the chain, give out anchors.
        VerifyAudit = "verify-audit",
        /// Who read what, when and why; never what stood there.
        ReadAudit = "read-audit",
        /// Go through the weekly sample of views: fine, ask, report.
        ReviewReadings = "review-readings",
        /// Say why somebody of one's own line looked, when asked.
        AnswerReview = "answer-review",
        /// Be told of looks that the audit reports, and of a log that does not verify.
        HearReports = "hear-reports",
        /// Ask that a look be told to the raiser later.
        AskWithholding = "ask-withholding",
        /// Approve that: by name, never one's own request or one's own look.
        ApproveWithholding = "approve-withholding",
        /// The counts that everybody may see.
        ViewTransparency = "view-transparency",
    }
}
