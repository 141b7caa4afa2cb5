//! What the events of Windows say was done, by provider and number.
//!
//! One table: which value names the account, whom it was done to, where it came from, what it names. An event that
//! is not in it counts as `other` where it names an account, an address or a device by the usual names.
//! Source: Microsoft, "Audit events" (security auditing) and the providers' own manifests; Sysmon's schema 4.90.

use ascribe_model::observation::Action;

macro_rules! keys {
    ($($id:ident = $text:literal),* $(,)?) => {
        /// A value that the table asks for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Key { $($id),* }
        /// Their names, in order.
        pub const KEYS: &[&str] = &[$($text),*];
    };
}

keys! {
    EventId = "System.EventID",
    Provider = "System.Provider.Name",
    Time = "System.TimeCreated.SystemTime",
    Computer = "System.Computer",
    UserId = "System.Security.UserID",
    SubjectUser = "SubjectUserName",
    SubjectDomain = "SubjectDomainName",
    TargetUser = "TargetUserName",
    TargetDomain = "TargetDomainName",
    TargetServer = "TargetServerName",
    MemberName = "MemberName",
    MemberSid = "MemberSid",
    OldTargetUser = "OldTargetUserName",
    NewTargetUser = "NewTargetUserName",
    User = "User",
    UserName = "UserName",
    UserContext = "UserContext",
    AccountName = "AccountName",
    AccountDomain = "AccountDomain",
    ClientUserName = "ClientUserName",
    IpAddress = "IpAddress",
    Address = "Address",
    ClientAddress = "ClientAddress",
    ClientIp = "ClientIP",
    ClientIpAddress = "ClientIPAddress",
    SourceAddress = "SourceAddress",
    SourceIp = "SourceIp",
    RemoteAddress = "RemoteAddress",
    Workstation = "WorkstationName",
    WorkstationShort = "Workstation",
    ClientName = "ClientName",
    ClientMachine = "ClientMachine",
    CallerComputer = "CallerComputerName",
    LogonType = "LogonType",
    Status = "Status",
    ServiceName = "ServiceName",
    ServiceFile = "ServiceFileName",
    ImagePath = "ImagePath",
    Param1 = "param1",
    Param2 = "param2",
    UserParam1 = "Param1",
    UserParam2 = "Param2",
    UserParam3 = "Param3",
    TaskName = "TaskName",
    NewProcess = "NewProcessName",
    Process = "ProcessName",
    Image = "Image",
    TargetImage = "TargetImage",
    TargetFile = "TargetFilename",
    TargetObject = "TargetObject",
    ImageLoaded = "ImageLoaded",
    Pipe = "PipeName",
    Channel = "Channel",
    ShareName = "ShareName",
    RelativeTarget = "RelativeTargetName",
    ObjectName = "ObjectName",
    ResourceUri = "resourceUri",
    Connection = "connection",
    UtcTime = "UtcTime",
    Protocol = "Protocol",
    DestinationIp = "DestinationIp",
    DestinationPort = "DestinationPort",
    QueryName = "QueryName",
    QueryResults = "QueryResults",
    CommandLine = "CommandLine",
    ParentCommandLine = "ParentCommandLine",
    ScriptBlock = "ScriptBlockText",
    Payload = "Payload",
    ContextInfo = "ContextInfo",
    TaskContent = "TaskContent",
    Hashes = "Hashes",
    Url = "url",
    DestinationHost = "DestinationHostname",
}

/// Values that are looked through for indicators.
pub const SCANNED: &[Key] = &[
    Key::CommandLine,
    Key::ParentCommandLine,
    Key::ScriptBlock,
    Key::Payload,
    Key::ContextInfo,
    Key::TaskContent,
    Key::ServiceFile,
    Key::ImagePath,
    Key::Hashes,
    Key::QueryName,
    Key::DestinationHost,
    Key::Url,
];

/// An account: the value with its name, and the one with its domain.
pub type Who = (Key, Option<Key>);

/// What an event says.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// What was done.
    pub action: Action,
    /// Who did it; the first that is said.
    pub account: &'static [Who],
    /// To whom.
    pub target: &'static [Who],
    /// From where.
    pub from: &'static [Key],
    /// Which device.
    pub device: &'static [Key],
    /// What it names; all that are said.
    pub object: &'static [Key],
    /// A status other than zero says that it was refused.
    pub may_fail: bool,
    /// Where no account is said, the SID that the system recorded is the account.
    pub by_sid: bool,
}

const SUBJECT: Who = (Key::SubjectUser, Some(Key::SubjectDomain));
const TARGET: Who = (Key::TargetUser, Some(Key::TargetDomain));
const NO: Rule = Rule {
    action: Action::Other,
    account: &[],
    target: &[],
    from: &[],
    device: &[],
    object: &[],
    may_fail: false,
    by_sid: false,
};

/// What an event of no other rule says of accounts, addresses and devices.
pub const OTHER: Rule = Rule {
    account: &[
        SUBJECT,
        TARGET,
        (Key::User, None),
        (Key::UserName, None),
        (Key::AccountName, Some(Key::AccountDomain)),
        (Key::ClientUserName, None),
        (Key::UserContext, None),
    ],
    from: &[
        Key::IpAddress,
        Key::ClientAddress,
        Key::ClientIp,
        Key::ClientIpAddress,
        Key::SourceAddress,
        Key::RemoteAddress,
        Key::Address,
    ],
    device: &[
        Key::Workstation,
        Key::WorkstationShort,
        Key::ClientName,
        Key::ClientMachine,
    ],
    object: &[Key::ObjectName, Key::Process, Key::Image, Key::TargetFile],
    ..NO
};

/// Logons, as most events about them say it.
const LOGON: Rule = Rule {
    action: Action::Logon,
    account: &[TARGET],
    from: &[Key::IpAddress],
    device: &[Key::Workstation],
    ..NO
};

/// The rule for an event.
pub fn rule(provider: &str, id: u64) -> Rule {
    let short = short(provider);
    match short {
        "Security-Auditing" => security(id),
        "Eventlog" if matches!(id, 1102 | 104) => Rule {
            action: Action::LogCleared,
            account: &[SUBJECT],
            object: &[Key::Channel],
            ..NO
        },
        "Service Control Manager" => service(id),
        "TaskScheduler" if matches!(id, 106 | 140 | 141 | 142) => Rule {
            action: Action::Task,
            account: &[(Key::UserContext, None), (Key::UserName, None)],
            object: &[Key::TaskName],
            ..NO
        },
        "WinRM" if matches!(id, 6 | 91) => Rule {
            action: Action::RemoteExecution,
            account: &[(Key::User, None)],
            from: &[Key::ClientIp],
            object: &[Key::Connection, Key::ResourceUri],
            by_sid: true,
            ..NO
        },
        "TerminalServices-RemoteConnectionManager" if id == 1149 => Rule {
            action: Action::Logon,
            account: &[(Key::UserParam1, Some(Key::UserParam2))],
            from: &[Key::UserParam3],
            ..NO
        },
        "TerminalServices-LocalSessionManager" if matches!(id, 21..=25) => Rule {
            action: if matches!(id, 23 | 24) {
                Action::Logoff
            } else {
                Action::Logon
            },
            account: &[(Key::User, None)],
            from: &[Key::Address],
            ..NO
        },
        "Sysmon" => sysmon(id),
        _ => OTHER,
    }
}

/// The provider's name without the vendor's.
pub fn short(provider: &str) -> &str {
    provider.strip_prefix("Microsoft-Windows-").unwrap_or(provider)
}

fn service(id: u64) -> Rule {
    match id {
        7045 => Rule {
            action: Action::Service,
            target: &[(Key::AccountName, None)],
            object: &[Key::ServiceName, Key::ImagePath],
            by_sid: true,
            ..NO
        },
        7036 | 7040 => Rule {
            action: Action::Service,
            object: &[Key::Param1, Key::Param2],
            by_sid: id == 7040,
            ..NO
        },
        _ => OTHER,
    }
}

fn sysmon(id: u64) -> Rule {
    const USER: &[Who] = &[(Key::User, None)];
    match id {
        1 => Rule {
            action: Action::Process,
            account: USER,
            object: &[Key::Image],
            ..NO
        },
        3 | 5 | 9 | 22 => Rule {
            account: USER,
            object: &[Key::Image],
            ..NO
        },
        // Sysmon's own configuration changed.
        16 => Rule {
            action: Action::LogCleared,
            by_sid: true,
            ..NO
        },
        7 => Rule {
            account: USER,
            object: &[Key::Image, Key::ImageLoaded],
            ..NO
        },
        17 | 18 => Rule {
            account: USER,
            object: &[Key::Image, Key::Pipe],
            ..NO
        },
        12..=14 => Rule {
            account: USER,
            object: &[Key::Image, Key::TargetObject],
            ..NO
        },
        8 | 10 => Rule {
            account: USER,
            object: &[Key::TargetImage],
            ..NO
        },
        _ => Rule {
            account: USER,
            object: &[Key::Image, Key::TargetFile],
            ..NO
        },
    }
}

fn security(id: u64) -> Rule {
    match id {
        4624 => Rule { ..LOGON },
        4625 => Rule {
            action: Action::LogonRefused,
            ..LOGON
        },
        4634 | 4647 => Rule {
            action: Action::Logoff,
            ..LOGON
        },
        4778 | 4779 => Rule {
            action: if id == 4778 { Action::Logon } else { Action::Logoff },
            account: &[(Key::AccountName, Some(Key::AccountDomain))],
            from: &[Key::ClientAddress],
            device: &[Key::ClientName],
            ..NO
        },
        4648 => Rule {
            action: Action::Elevation,
            account: &[SUBJECT],
            target: &[TARGET],
            from: &[Key::IpAddress],
            object: &[Key::TargetServer, Key::Process],
            ..NO
        },
        4672 => Rule {
            action: Action::Elevation,
            account: &[SUBJECT],
            ..NO
        },
        4776 => Rule {
            device: &[Key::WorkstationShort],
            may_fail: true,
            ..LOGON
        },
        4768 | 4771 => Rule {
            action: if id == 4768 {
                Action::Logon
            } else {
                Action::LogonRefused
            },
            may_fail: id == 4768,
            device: &[],
            ..LOGON
        },
        4769 => Rule {
            action: Action::Access,
            device: &[],
            object: &[Key::ServiceName],
            may_fail: true,
            ..LOGON
        },
        4697 => Rule {
            action: Action::Service,
            account: &[SUBJECT],
            object: &[Key::ServiceName, Key::ServiceFile],
            ..NO
        },
        4698..=4702 => Rule {
            action: Action::Task,
            account: &[SUBJECT],
            object: &[Key::TaskName],
            ..NO
        },
        4688 => Rule {
            action: Action::Process,
            account: &[SUBJECT],
            target: &[TARGET],
            object: &[Key::NewProcess],
            ..NO
        },
        4728 | 4729 | 4732 | 4733 | 4746 | 4747 | 4751 | 4752 | 4756 | 4757 | 4761 | 4762 => Rule {
            action: Action::AccountChange,
            account: &[SUBJECT],
            target: &[(Key::MemberName, None), (Key::MemberSid, None)],
            object: &[Key::TargetUser],
            ..NO
        },
        4781 => Rule {
            action: Action::AccountChange,
            account: &[SUBJECT],
            target: &[(Key::OldTargetUser, Some(Key::TargetDomain))],
            object: &[Key::NewTargetUser],
            ..NO
        },
        4720..=4767 => Rule {
            action: Action::AccountChange,
            account: &[SUBJECT],
            target: &[TARGET],
            device: &[Key::CallerComputer],
            ..NO
        },
        1102 | 4719 => Rule {
            action: Action::LogCleared,
            account: &[SUBJECT],
            ..NO
        },
        5140 | 5145 => Rule {
            action: Action::Access,
            account: &[SUBJECT],
            from: &[Key::IpAddress],
            object: &[Key::ShareName, Key::RelativeTarget],
            ..NO
        },
        4656 | 4663 => Rule {
            action: Action::Access,
            account: &[SUBJECT],
            object: &[Key::ObjectName],
            ..NO
        },
        _ => OTHER,
    }
}
