//! The rule of each action: who, how near, and on what condition. Read together with `docs/policy-matrix.txt`.

use super::rule::Within::{self, District, Mine, Place};
use super::rule::{NOBODY, Rule, jobs, staff};
use super::{Action, rules_neighbours as neighbours, rules_volunteers as volunteers};
use kernel::Role;
use kernel::Role::{
    AgencyWorker as Agency, AuditAdmin as Audit, Auxiliary as Aux, BuildingLeader as Leader, CatchAll, Clerk,
    CommitteeWorker as Committee, CommunityOfficer as Officer, Coordinator, DutyOfficer as Duty, Mediator,
    PostHead as Head, Property, SecurityAdmin as Security, Shop, SystemAdmin as System, Volunteer,
};

/// Whoever can be given a matter, for what only its owner does.
const OWNERS: &[(Role, Within)] = &[
    (Volunteer, Mine),
    (Leader, Mine),
    (Shop, Mine),
    (Property, Mine),
    (Committee, Mine),
    (Agency, Mine),
    (Aux, Mine),
    (Officer, Mine),
    (Duty, Mine),
    (Head, Mine),
    (Clerk, Mine),
    (Coordinator, Mine),
    (CatchAll, Mine),
    (Mediator, Mine),
];

/// The owner, and those who look after the place.
const OWNERS_AND_HEADS: &[(Role, Within)] = &[
    (Volunteer, Mine),
    (Leader, Mine),
    (Shop, Mine),
    (Property, Mine),
    (Committee, Mine),
    (Agency, Mine),
    (Aux, Mine),
    (Officer, Mine),
    (Duty, Place),
    (Head, Place),
    (Clerk, Mine),
    (Coordinator, District),
    (CatchAll, Place),
    (Mediator, Mine),
];

/// Who sees matters, and how far.
const READERS: &[(Role, Within)] = &[
    (Volunteer, Mine),
    (Leader, Mine),
    (Shop, Mine),
    (Property, Place),
    (Committee, Place),
    (Agency, Place),
    (Aux, Place),
    (Officer, Place),
    (Duty, Place),
    (Head, Place),
    (Clerk, Place),
    (Coordinator, District),
    (CatchAll, Place),
    (Mediator, Mine),
];

/// Who sorts what comes in: the desk of the place, and an owner of the core or front line for what is theirs.
const SORTERS: &[(Role, Within)] =
    &[(Committee, Mine), (Officer, Mine), (Duty, Place), (Head, Place), (Coordinator, District), (CatchAll, Place)];

/// Who types for others (代办). A caller may live anywhere.
pub(super) const TYPISTS: &[(Role, Within)] = &[
    (Committee, District),
    (Agency, District),
    (Aux, District),
    (Officer, District),
    (Duty, District),
    (Head, District),
    (Clerk, District),
    (Coordinator, District),
    (CatchAll, District),
];

/// Typists, for a matter that exists already and lies where they work.
const TYPISTS_HERE: &[(Role, Within)] = &[
    (Committee, Place),
    (Agency, Place),
    (Aux, Place),
    (Officer, Place),
    (Duty, Place),
    (Head, Place),
    (Clerk, Place),
    (Coordinator, District),
    (CatchAll, Place),
];

/// Who checks the work of others (R2).
const CHECKERS: &[(Role, Within)] =
    &[(Committee, Place), (Officer, Place), (Duty, Place), (Head, Place), (Coordinator, District), (CatchAll, Place)];

/// Who sends the answer and logs that it arrived.
const ANSWERERS: &[(Role, Within)] = &[
    (Committee, Place),
    (Agency, Mine),
    (Aux, Mine),
    (Officer, Place),
    (Duty, Place),
    (Head, Place),
    (Clerk, Place),
    (Coordinator, District),
    (CatchAll, Place),
];

/// Core and front line, who may need the raiser's name; the supplementary force never does (N2).
const CALLERS: &[(Role, Within)] = &[
    (Committee, Mine),
    (Agency, Mine),
    (Aux, Mine),
    (Officer, Mine),
    (Duty, Place),
    (Head, Place),
    (Clerk, Place),
    (Coordinator, Mine),
    (CatchAll, Mine),
    (Mediator, Mine),
];

/// Who opens a record at all, in the name of a matter of their own; which parts they see is asked part by part.
const OPENERS: &[(Role, Within)] = &[
    (Volunteer, Mine),
    (Leader, Mine),
    (Property, Mine),
    (Committee, Mine),
    (Agency, Mine),
    (Aux, Mine),
    (Officer, Mine),
    (Duty, Place),
    (Head, Place),
    (Clerk, Place),
    (Coordinator, Mine),
    (CatchAll, Mine),
    (Mediator, Mine),
];

/// Core and front line, who look after people: health and whereabouts.
const CARERS: &[(Role, Within)] =
    &[(Committee, Mine), (Aux, Mine), (Officer, Mine), (Duty, Place), (Head, Place), (CatchAll, Mine)];

/// Who writes a record, or takes down what somebody agrees to.
const RECORDERS: &[(Role, Within)] =
    &[(Committee, Mine), (Aux, Mine), (Officer, Mine), (Duty, Place), (Head, Place), (Clerk, Place), (CatchAll, Mine)];

/// Those who write records, where they read who lives there: the core of the place.
const JOINERS: &[(Role, Within)] =
    &[(Committee, Place), (Officer, Place), (Duty, Place), (Head, Place), (CatchAll, Place)];

const fn in_purpose(roles: &'static [(Role, Within)]) -> Rule {
    Rule { in_purpose: true, ..staff(roles) }
}

/// Who sees a case of a lost elder, and how far.
const CASE_READERS: &[(Role, Within)] = &[
    (Committee, Place),
    (Aux, Place),
    (Officer, Place),
    (Duty, Place),
    (Head, Place),
    (Clerk, Place),
    (Coordinator, District),
    (CatchAll, Place),
];

/// Who looks after a lost elder.
const CASE_WORKERS: &[(Role, Within)] =
    &[(Committee, Mine), (Aux, Place), (Officer, Place), (Duty, Place), (Head, Place), (CatchAll, Place)];

/// People who know people (L3).
pub(super) const CASE_KNOWERS: &[(Role, Within)] =
    &[(Committee, Place), (Aux, Place), (Officer, Place), (Duty, Place), (Head, Place), (CatchAll, Place)];

/// Who calls others to help, and says that it is over.
const CASE_CALLERS: &[(Role, Within)] =
    &[(Officer, Place), (Duty, Place), (Head, Place), (Coordinator, District), (CatchAll, Place)];

/// Who answers for what everybody is told: nobody waits for a second person at night, and no auxiliary is left alone with it.
const CASE_APPEALS: &[(Role, Within)] = &[(Duty, Place), (Head, Place), (Coordinator, District), (CatchAll, Place)];

/// The second officer (R4).
const CASE_SECONDS: &[(Role, Within)] =
    &[(Officer, Place), (Duty, Place), (Head, Place), (Coordinator, District), (CatchAll, Place)];

/// Who sees to an alert of a locator that the family did not answer, where the wearer lives.
const ALERT_WORKERS: &[(Role, Within)] =
    &[(Aux, Place), (Officer, Place), (Duty, Place), (Head, Place), (Coordinator, District), (CatchAll, Place)];

/// Who finds somebody near by in the name of what is open: whoever works on it and those who send others.
const NEAR: &[(Role, Within)] = &[
    (Committee, Mine),
    (Aux, Place),
    (Officer, Place),
    (Duty, Place),
    (Head, Place),
    (Coordinator, District),
    (CatchAll, Place),
];

/// Who keeps what a post has: its own people and the committee of the place.
const KEEPERS: &[(Role, Within)] =
    &[(Committee, Place), (Aux, Place), (Officer, Place), (Duty, Place), (Head, Place), (Coordinator, District)];

/// A wheelchair is looked for beyond one's own post.
const KEEPERS_ANYWHERE: &[(Role, Within)] = &[
    (Committee, District),
    (Aux, District),
    (Officer, District),
    (Duty, District),
    (Head, District),
    (Clerk, District),
    (Coordinator, District),
    (CatchAll, District),
];

/// Core and front line, who see to it that people are visited where they work.
pub(super) const VISIT_READERS: &[(Role, Within)] = &[
    (Committee, Place),
    (Aux, Place),
    (Officer, Place),
    (Duty, Place),
    (Head, Place),
    (Coordinator, District),
    (CatchAll, Place),
];

pub(super) const VISIT_PLANNERS: &[(Role, Within)] =
    &[(Committee, Place), (Officer, Place), (Duty, Place), (Head, Place), (Coordinator, District), (CatchAll, Place)];

/// Whoever was sent, and the typists of the place.
const VISITORS: &[(Role, Within)] = &[
    (Volunteer, Mine),
    (Leader, Mine),
    (Shop, Mine),
    (Property, Mine),
    (Agency, Mine),
    (Mediator, Mine),
    (Committee, Place),
    (Aux, Place),
    (Officer, Place),
    (Duty, Place),
    (Head, Place),
    (Clerk, Place),
    (Coordinator, District),
    (CatchAll, Place),
];

const fn in_case(roles: &'static [(Role, Within)]) -> Rule {
    Rule { content: true, ..staff(roles) }
}

const SELF_OR_SECURITY: Rule = Rule { own_account: true, jobs: OPERATOR, ..staff(&[(Security, District)]) };
/// The operator at the machine, and the demo that plays him.
pub(super) const OPERATOR: &[&str] = &[jobs::CLI, jobs::DEMO, jobs::IMPORT];

const fn by_system_admin() -> Rule {
    Rule { jobs: OPERATOR, ..staff(&[(System, District)]) }
}

/// The rule of an action.
#[expect(clippy::match_same_arms, reason = "the arms follow the chapters of the matrix, not their likeness")]
pub const fn rule(action: Action) -> Rule {
    match action {
        Action::Raise => Rule { public: true, raiser: true, any_account: true, ..NOBODY },
        Action::RaiseFor => staff(TYPISTS),
        Action::FollowMatter => Rule { raiser: true, content: true, jobs: &[jobs::DELIVERY], ..staff(TYPISTS_HERE) },
        Action::AddFacts | Action::AddAttachment => Rule { raiser: true, content: true, ..staff(READERS) },
        Action::Rate | Action::Reopen => Rule { raiser: true, ..staff(TYPISTS_HERE) },

        Action::ViewDesk | Action::SaveView => staff(READERS),
        Action::ViewMatter | Action::ViewAttachment => Rule { content: true, ..staff(READERS) },
        Action::RevealRaiser => {
            Rule { while_open: true, content: true, for_this_matter: true, jobs: &[jobs::DELIVERY], ..staff(CALLERS) }
        }
        Action::ViewOriginal => Rule { while_open: true, content: true, for_this_matter: true, ..staff(CALLERS) },
        Action::ViewPublished => Rule { public: true, raiser: true, any_account: true, ..NOBODY },
        Action::ExportMatters => staff(&[(Head, Place), (Coordinator, District)]),
        Action::ViewReports => Rule {
            jobs: &[jobs::CLI],
            ..staff(&[
                (Committee, Place),
                (Agency, Place),
                (Officer, Place),
                (Duty, Place),
                (Head, Place),
                (Coordinator, District),
                (CatchAll, Place),
            ])
        },

        Action::Screen | Action::MergeDuplicate | Action::Reclassify | Action::Accept => {
            Rule { while_open: true, ..staff(SORTERS) }
        }
        Action::Assign => Rule { while_open: true, jobs: &[jobs::CLOCKS, jobs::IMPORT], ..staff(SORTERS) },

        Action::Sign | Action::Return | Action::Handle | Action::Wait | Action::Resume | Action::Submit => {
            Rule { while_open: true, content: true, ..staff(OWNERS) }
        }
        Action::Contact | Action::Extend | Action::Park => {
            Rule { while_open: true, content: true, ..staff(OWNERS_AND_HEADS) }
        }
        Action::Remark => Rule { content: true, ..staff(READERS) },

        Action::Verify | Action::SendBack => {
            Rule { not_by_handler: true, while_open: true, content: true, ..staff(CHECKERS) }
        }
        Action::Answer => Rule { while_open: true, content: true, jobs: &[jobs::DELIVERY], ..staff(ANSWERERS) },
        Action::RecordDelivery => Rule { raiser: true, while_open: true, jobs: &[jobs::DELIVERY], ..staff(ANSWERERS) },
        Action::Close => Rule { while_open: true, jobs: &[jobs::CLOSER, jobs::DELIVERY], ..staff(ANSWERERS) },
        Action::Escalate => Rule { jobs: &[jobs::CLOCKS], ..NOBODY },
        Action::RecomputeClocks => Rule {
            jobs: &[jobs::CLOCKS, jobs::CLI, jobs::DEMO, jobs::IMPORT],
            ..staff(&[(Coordinator, District), (System, District)])
        },

        Action::ViewPlaces => Rule { public: true, raiser: true, any_account: true, ..NOBODY },
        Action::ManageAreas => Rule { jobs: OPERATOR, ..staff(&[(Coordinator, District), (System, District)]) },
        Action::EditAreas => Rule { jobs: OPERATOR, ..staff(&[(System, District)]) },
        Action::ManagePosts => {
            Rule { jobs: OPERATOR, ..staff(&[(Head, Place), (Coordinator, District), (System, District)]) }
        }
        Action::ManageDuty => {
            Rule { jobs: OPERATOR, ..staff(&[(Duty, Place), (Head, Place), (Coordinator, District)]) }
        }
        Action::ViewResources => Rule { jobs: OPERATOR, ..staff(KEEPERS_ANYWHERE) },
        Action::KeepResources => Rule { jobs: OPERATOR, ..staff(KEEPERS) },
        Action::KeepContactCards => Rule {
            jobs: OPERATOR,
            ..staff(&[
                (Committee, Place),
                (Officer, Place),
                (Duty, Place),
                (Head, Place),
                (Coordinator, District),
                (CatchAll, Place),
            ])
        },
        Action::ManageResourceKinds => Rule { jobs: OPERATOR, ..staff(&[(Coordinator, District), (System, District)]) },
        Action::FindNear => Rule { while_open: true, content: true, for_this_matter: true, ..staff(NEAR) },
        Action::FindNearCase => Rule { while_open: true, ..in_case(NEAR) },
        Action::FindNearPost => staff(&[(Duty, Place), (Head, Place)]),
        Action::ViewCrowd => staff(&[
            (Committee, District),
            (Aux, District),
            (Officer, District),
            (Duty, District),
            (Head, District),
            (Coordinator, District),
            (CatchAll, District),
        ]),
        Action::ManageEvents => Rule {
            jobs: OPERATOR,
            ..staff(&[(Committee, Place), (Officer, Place), (Duty, Place), (Head, Place), (Coordinator, District)])
        },
        Action::DecideCrowd => Rule { jobs: OPERATOR, ..staff(&[(Head, Place), (Coordinator, District)]) },

        Action::OwnAccount | Action::OwnNotices => Rule { own_account: true, ..NOBODY },
        Action::ViewStaff => Rule {
            own_account: true,
            jobs: OPERATOR,
            // Whoever takes calls or hands things on must find the colleague whose turn it is, wherever that is.
            ..staff(&[
                (Committee, District),
                (Aux, Place),
                (Officer, District),
                (Duty, District),
                (Head, District),
                (Clerk, District),
                (Coordinator, District),
                (CatchAll, District),
                (System, District),
                (Security, District),
            ])
        },
        Action::ManageAccounts | Action::ManageOrgs => by_system_admin(),
        Action::ManageSeats | Action::ManageTerms => Rule { jobs: OPERATOR, ..staff(&[(Security, District)]) },
        Action::ManageDeputies => Rule {
            jobs: OPERATOR,
            ..staff(&[(Head, Place), (CatchAll, Place), (Coordinator, Place), (Security, District)])
        },
        Action::ManageSessions | Action::ManageTokens => SELF_OR_SECURITY,
        Action::ResetFactor => Rule { jobs: OPERATOR, ..staff(&[(Security, District)]) },

        Action::FindPerson => Rule { knowers_in_case: true, ..in_purpose(CALLERS) },
        Action::ViewIdentity => in_purpose(CALLERS),
        Action::LinkPerson => Rule { not_in_case: true, ..in_purpose(CALLERS) },
        Action::OpenRecord | Action::ViewContact => in_purpose(OPENERS),
        Action::ViewHealth | Action::ViewLocation => in_purpose(CARERS),
        Action::ChangeRecord | Action::IssueLink => in_purpose(RECORDERS),
        Action::JoinRecords => Rule { jobs: OPERATOR, ..staff(JOINERS) },
        Action::RecordConsent => Rule { subject: true, letter: true, ..in_purpose(RECORDERS) },
        Action::WithdrawConsent => Rule { subject: true, ..in_purpose(RECORDERS) },
        Action::FollowRecord => Rule { subject: true, ..NOBODY },
        Action::RegisterPerson => {
            Rule { jobs: OPERATOR, ..staff(&[(Committee, Place), (Officer, Place), (Duty, Place), (Head, Place)]) }
        }
        Action::BreakGlass => staff(&[
            (Committee, District),
            (Aux, District),
            (Officer, District),
            (Duty, District),
            (Head, District),
            (Coordinator, District),
            (CatchAll, District),
        ]),
        Action::ReviewBreakGlass => Rule {
            second_person: true,
            ..staff(&[
                (Committee, Mine),
                (Officer, Mine),
                (Duty, Mine),
                (Head, Mine),
                (Coordinator, District),
                (CatchAll, Mine),
            ])
        },
        Action::AskDemand => {
            Rule { not_in_case: true, ..in_purpose(&[(Officer, Mine), (Head, Place), (Coordinator, Mine)]) }
        }
        Action::ApproveDemand => Rule { second_person: true, ..staff(&[(Head, District), (Coordinator, District)]) },
        Action::ExportDemand => staff(&[(Officer, Mine), (Head, Mine), (Coordinator, Mine)]),
        Action::AskRegister => staff(&[(Coordinator, District), (CatchAll, District)]),
        Action::ApproveRegister => {
            Rule { second_person: true, ..staff(&[(Head, District), (Coordinator, District), (CatchAll, District)]) }
        }
        Action::ManageRecordRules => Rule { jobs: OPERATOR, ..staff(&[(Security, District)]) },

        // How near is asked beside it, as for making one.
        Action::ConfirmLink => Rule {
            second_person: true,
            ..staff(&[
                (Committee, District),
                (Aux, District),
                (Officer, District),
                (Duty, District),
                (Head, District),
                (Clerk, District),
                (CatchAll, District),
            ])
        },

        Action::ViewCare => Rule { subject: true, letter: true, ..in_purpose(CALLERS) },
        Action::OpenPlan => Rule { subject: true, letter: true, ..in_purpose(CARERS) },
        Action::ChangeCare => Rule { subject: true, letter: true, ..in_purpose(RECORDERS) },
        Action::ManageCard => in_purpose(RECORDERS),
        Action::MakeCards => {
            Rule { jobs: OPERATOR, ..staff(&[(Committee, Place), (Officer, Place), (Duty, Place), (Head, Place)]) }
        }
        Action::ScanCard => Rule { public: true, ..NOBODY },
        Action::WriteToFinder => Rule {
            subject: true,
            ..staff(&[
                (Aux, Place),
                (Officer, Place),
                (Duty, Place),
                (Head, Place),
                (Coordinator, District),
                (CatchAll, Place),
            ])
        },

        Action::ViewVisits => Rule { jobs: OPERATOR, ..staff(VISIT_READERS) },
        Action::ViewVisitFacts => Rule { jobs: OPERATOR, ..staff(VISIT_READERS) },
        Action::PlanVisits | Action::SwitchRounds => Rule { jobs: OPERATOR, ..staff(VISIT_PLANNERS) },
        Action::RecordVisit => Rule { jobs: OPERATOR, ..staff(VISITORS) },
        Action::WishVisits => Rule { subject: true, ..NOBODY },

        Action::ViewWatch => neighbours::VIEW_WATCH,
        Action::NameNeighbour => neighbours::NAME_NEIGHBOUR,
        Action::Worry => neighbours::WORRY,
        Action::TypeWorry => neighbours::TYPE_WORRY,
        Action::AnswerWorry => neighbours::ANSWER_WORRY,
        Action::ManageWatch => neighbours::MANAGE_WATCH,
        Action::ViewTeams => neighbours::VIEW_TEAMS,
        Action::KeepTeams => neighbours::KEEP_TEAMS,
        Action::AgreeTeam => neighbours::AGREE_TEAM,
        Action::ViewExtraCare | Action::AskExtraCare => neighbours::EXTRA_CARE,
        Action::DecideExtraCare => neighbours::DECIDE_EXTRA_CARE,
        Action::ViewMutual => neighbours::VIEW_MUTUAL,
        Action::KeepMutual => neighbours::KEEP_MUTUAL,
        Action::SignUpVolunteer => volunteers::SIGN_UP,
        Action::ViewVolunteers | Action::ViewCoverage => volunteers::VIEW,
        Action::LeadVolunteers => volunteers::LEAD,
        Action::ApproveVolunteer | Action::AppointCommunity => volunteers::APPROVE,
        Action::RunActivities => volunteers::RUN_ACTIVITIES,
        Action::OwnCompany => volunteers::OWN_COMPANY,

        Action::FollowLocator | Action::ChangeFences | Action::CommandLocator | Action::AnswerAlert => {
            Rule { subject: true, letter: true, ..NOBODY }
        }
        // Also at the counter, for whoever has no telephone (R9).
        Action::BindLocator | Action::ChangeSight | Action::PauseLocator => {
            Rule { subject: true, letter: true, not_in_case: true, ..in_purpose(RECORDERS) }
        }
        Action::DecideLocator => Rule { not_in_case: true, ..in_purpose(&[(Committee, Mine), (CatchAll, Mine)]) },
        Action::WorkAlert => staff(ALERT_WORKERS),
        Action::LiveTrack => Rule { while_open: true, ..in_case(CASE_WORKERS) },
        Action::KeepLocators => Rule { jobs: OPERATOR, ..staff(KEEPERS) },
        Action::ViewLocators | Action::SetLocator => {
            Rule { jobs: OPERATOR, ..staff(&[(Coordinator, District), (System, District)]) }
        }

        Action::ReportLost | Action::SearchTeam => Rule { public: true, any_account: true, ..NOBODY },
        Action::ViewCase => in_case(CASE_READERS),
        Action::WorkCase | Action::HandOver | Action::PlanSearch => Rule { while_open: true, ..in_case(CASE_WORKERS) },
        Action::IdentifyCase => Rule { while_open: true, ..in_case(CASE_KNOWERS) },
        Action::CallHelp => Rule { while_open: true, ..in_case(CASE_CALLERS) },
        Action::PublicAppeal => Rule { while_open: true, ..in_case(CASE_APPEALS) },
        Action::OfferHelp => Rule {
            while_open: true,
            ..staff(&[
                (Volunteer, District),
                (Leader, District),
                (Shop, District),
                (Property, District),
                (Committee, District),
                (Aux, District),
            ])
        },
        Action::HelpCase => Rule {
            while_open: true,
            ..in_case(&[
                (Volunteer, Mine),
                (Leader, Mine),
                (Shop, Mine),
                (Property, Mine),
                (Committee, Mine),
                (Aux, Mine),
            ])
        },
        Action::SecondHandOver => Rule { second_person: true, while_open: true, ..in_case(CASE_SECONDS) },
        Action::CloseCase => Rule { while_open: true, ..in_case(CASE_CALLERS) },
        Action::FollowCase => Rule { subject: true, ..NOBODY },

        Action::AskOwnData => Rule { raiser: true, subject: true, ..NOBODY },
        Action::TakeDataRequest => staff(TYPISTS),
        Action::DecideDataRequest => staff(&[(Coordinator, District), (CatchAll, District)]),
        Action::ApproveDataRequest => {
            Rule { second_person: true, ..staff(&[(Head, District), (Coordinator, District), (CatchAll, District)]) }
        }
        Action::HandOverCopy => staff(&[(Head, District), (Coordinator, District), (CatchAll, District)]),

        Action::ManageSettings => Rule { jobs: OPERATOR, ..staff(&[(Coordinator, District), (System, District)]) },
        Action::OpenDistrict
        | Action::ManageCalendar
        | Action::Import
        | Action::UndoImport
        | Action::ManageDeadLetters
        | Action::ManageWebhooks => by_system_admin(),
        Action::ManageSignIn => Rule { jobs: OPERATOR, ..staff(&[(Security, District)]) },
        Action::ManageClasses => Rule { jobs: OPERATOR, ..staff(&[(Coordinator, District), (System, District)]) },
        Action::DraftBulletin => staff(&[(Duty, District), (Head, District), (Coordinator, District)]),
        Action::PublishBulletin => staff(&[(Head, District), (Coordinator, District)]),
        Action::ManageKeys => Rule { jobs: &[jobs::CLI], ..staff(&[(Security, District)]) },

        Action::VerifyAudit | Action::ReadAudit => {
            Rule { jobs: &[jobs::CLI, jobs::AUDIT], ..staff(&[(Audit, District)]) }
        }
        Action::ReviewReadings => staff(&[(Audit, District)]),
        Action::AnswerReview => Rule { own_account: true, ..NOBODY },
        Action::HearReports => staff(&[(Coordinator, District), (Security, District), (Audit, District)]),
        Action::AskWithholding => Rule { ..staff(&[(Head, Place), (Coordinator, District)]) },
        Action::ApproveWithholding => Rule { ..staff(&[(Coordinator, District)]) },
        Action::ViewTransparency => Rule { public: true, ..NOBODY },
    }
}
