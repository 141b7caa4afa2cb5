//! What the messages of Unix programs say was done: sshd, sudo, su, login, the account tools, cron, systemd.
//!
//! Each message is read as its program writes it. What a stranger may choose (the name tried at a logon, say) stands
//! in front of what the program adds, so the address is looked for from the end. Source: the sources of OpenSSH 9,
//! Dropbear 2022, sudo 1.9, util-linux 2.38, shadow 4.13, Linux-PAM 1.5, cron 3, systemd 252.

use std::net::IpAddr;

use ascribe_model::observation::Action;

use crate::events::outside;

/// What a message says; what is not said is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<'m> {
    /// What was done.
    pub action: Action,
    /// The words of the program for it.
    pub code: String,
    /// Who did it.
    pub account: &'m str,
    /// To whom.
    pub target: &'m str,
    /// From where.
    pub from: Option<IpAddr>,
    /// Fingerprint of a key.
    pub device: &'m str,
    /// What it names.
    pub object: &'m str,
}

impl<'m> Said<'m> {
    fn new(action: Action, code: impl Into<String>) -> Self {
        Self {
            action,
            code: code.into(),
            account: "",
            target: "",
            from: None,
            device: "",
            object: "",
        }
    }

    const fn by(mut self, account: &'m str) -> Self {
        self.account = account;
        self
    }

    const fn to(mut self, target: &'m str) -> Self {
        self.target = target;
        self
    }

    fn from(mut self, address: &str) -> Self {
        self.from = outside(address);
        self
    }

    const fn object(mut self, object: &'m str) -> Self {
        self.object = object;
        self
    }
}

/// What a message of `program` says; none where it says nothing of accounts, services or tasks. `unit` is the unit that
/// the journal ties to it.
pub fn said<'m>(program: &str, message: &'m str, unit: &'m str) -> Option<Said<'m>> {
    // Each program writes one line; what follows is not its own.
    let message = message.trim().lines().next()?;
    let name = program.rsplit('/').next().unwrap_or(program);
    if let Some(found) = pam(name, message) {
        return Some(found);
    }
    match name {
        "sshd" | "sshd-session" | "sshd-auth" => sshd(message),
        "dropbear" => dropbear(message),
        "sudo" => sudo(message),
        "su" => su(message),
        "login" => login(message),
        "useradd" | "userdel" | "usermod" | "adduser" | "groupadd" | "groupdel" | "groupmod" | "gpasswd"
        | "chage" | "chfn" | "chsh" | "newusers" => account(name, message),
        "cron" | "CRON" | "crond" | "CROND" | "crontab" | "anacron" => cron(message),
        "systemd" => unit_of(message, unit),
        "systemd-logind" => {
            let (_, user) = message.strip_prefix("New session ")?.split_once(" of user ")?;
            let user = user.split(' ').next()?.trim_end_matches('.');
            Some(Said::new(Action::Logon, "systemd-logind: New session").by(user))
        }
        "auditd" | "rsyslogd" | "syslogd" | "syslog-ng" | "systemd-journald" => recording(name, message),
        _ => None,
    }
}

/// The word in front of the first blank.
fn word(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

/// `USER from ADDRESS port …`, looked for from the end.
fn user_from(text: &str) -> Option<(&str, &str, &str)> {
    let (user, rest) = text.rsplit_once(" from ")?;
    let (address, after) = rest.split_once(' ').unwrap_or((rest, ""));
    Some((user, address, after))
}

fn without_invalid(user: &str) -> &str {
    user.strip_prefix("invalid user ")
        .or_else(|| user.strip_prefix("illegal user "))
        .unwrap_or(user)
}

fn sshd(message: &str) -> Option<Said<'_>> {
    if let Some(rest) = message.strip_prefix("Accepted ") {
        let (method, rest) = rest.split_once(" for ")?;
        // The name is that of an account here; what follows the address (the name in a certificate) may be anything.
        let (user, rest) = rest.split_once(" from ")?;
        let (address, after) = rest.split_once(' ').unwrap_or((rest, ""));
        let mut found = Said::new(Action::Logon, format!("sshd: Accepted {}", word(method)));
        found.device = after
            .split(' ')
            .find(|part| part.starts_with("SHA256:") || part.starts_with("MD5:"))
            .unwrap_or_default();
        return Some(found.by(user).from(address));
    }
    if let Some(rest) = message.strip_prefix("Failed ") {
        let (method, rest) = rest.split_once(" for ")?;
        let (user, address, _) = user_from(rest)?;
        return Some(
            Said::new(Action::LogonRefused, format!("sshd: Failed {}", word(method)))
                .by(without_invalid(user))
                .from(address),
        );
    }
    for (start, code) in [
        ("Invalid user ", "sshd: Invalid user"),
        ("Illegal user ", "sshd: Invalid user"),
        (
            "error: maximum authentication attempts exceeded for ",
            "sshd: maximum authentication attempts exceeded",
        ),
    ] {
        if let Some(rest) = message.strip_prefix(start) {
            let (user, address, _) = user_from(rest)?;
            return Some(
                Said::new(Action::LogonRefused, code)
                    .by(without_invalid(user))
                    .from(address),
            );
        }
    }
    if let Some(rest) = message.strip_prefix("User ")
        && let Some((before, _)) = rest.split_once(" not allowed because ")
    {
        let (user, address, _) = user_from(before).unwrap_or((before, "", ""));
        return Some(
            Said::new(Action::LogonRefused, "sshd: User not allowed")
                .by(user)
                .from(address),
        );
    }
    if let Some(rest) = message.strip_prefix("Disconnected from user ") {
        let (before, _) = rest.rsplit_once(" port ")?;
        let (user, address) = before.rsplit_once(' ')?;
        return Some(
            Said::new(Action::Logoff, "sshd: Disconnected from user")
                .by(user)
                .from(address),
        );
    }
    None
}

fn dropbear(message: &str) -> Option<Said<'_>> {
    let message = message
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
        .map_or(message, |(_, rest)| rest);
    let quoted = |text| -> Option<&str> { Some(str::rsplit_once(text, '\'')?.0) };
    for (start, action, code) in [
        (
            "Password auth succeeded for '",
            Action::Logon,
            "dropbear: Password auth succeeded",
        ),
        (
            "Pubkey auth succeeded for '",
            Action::Logon,
            "dropbear: Pubkey auth succeeded",
        ),
        (
            "Bad password attempt for '",
            Action::LogonRefused,
            "dropbear: Bad password attempt",
        ),
        (
            "Login attempt for nonexistent user",
            Action::LogonRefused,
            "dropbear: Login attempt for nonexistent user",
        ),
    ] {
        if let Some(rest) = message.strip_prefix(start) {
            let (before, address, _) = user_from(rest)?;
            let mut found = Said::new(action, code).from(address);
            if let Some((user, key)) = before.split_once("' with ") {
                found.account = user;
                found.device = key.rsplit(' ').next().unwrap_or_default();
            } else {
                found.account = quoted(before).unwrap_or_default();
            }
            return Some(found);
        }
    }
    None
}

fn sudo(message: &str) -> Option<Said<'_>> {
    let (user, rest) = message.split_once(" : ")?;
    let user = user.trim();
    if user.is_empty() || user.contains(' ') {
        return None;
    }
    let part = |name: &str| {
        rest.split(" ; ")
            .find_map(|part| part.trim().strip_prefix(name))
            .unwrap_or_default()
    };
    // The command is the last part and may hold anything.
    let command = rest
        .split_once("COMMAND=")
        .map_or("", |(_, command)| word(command));
    let refused = [
        "incorrect password attempt",
        "NOT in sudoers",
        "command not allowed",
        "a password is required",
    ]
    .into_iter()
    .find(|why| rest.split(" ; ").next().is_some_and(|first| first.contains(why)));
    let found = match refused {
        Some(why) => Said::new(Action::LogonRefused, format!("sudo: {why}")),
        None if rest.contains("COMMAND=") => Said::new(Action::Elevation, "sudo: COMMAND"),
        None => return None,
    };
    Some(found.by(user).to(part("USER=")).object(command))
}

fn su(message: &str) -> Option<Said<'_>> {
    let (failed, rest) = match message.strip_prefix("FAILED SU ") {
        Some(rest) => (true, rest),
        None => (false, message),
    };
    let made = |failed: bool| {
        if failed {
            Said::new(Action::LogonRefused, "su: FAILED SU")
        } else {
            Said::new(Action::Elevation, "su: to")
        }
    };
    if let Some((target, rest)) = rest.strip_prefix("(to ").and_then(|rest| rest.split_once(") ")) {
        return Some(made(failed).by(word(rest)).to(target));
    }
    for (start, failed) in [("Successful su for ", false), ("FAILED su for ", true)] {
        if let Some((target, user)) = message
            .strip_prefix(start)
            .and_then(|rest| rest.split_once(" by "))
        {
            return Some(made(failed).by(word(user)).to(target));
        }
    }
    for (start, failed) in [("+ ", false), ("- ", true)] {
        if let Some((_, both)) = message.strip_prefix(start).and_then(|rest| rest.split_once(' ')) {
            let (user, target) = both.split_once(':')?;
            return Some(made(failed).by(user).to(target));
        }
    }
    None
}

fn login(message: &str) -> Option<Said<'_>> {
    if let Some(rest) = message.strip_prefix("FAILED LOGIN ") {
        let (before, user) = rest.rsplit_once(" FOR ")?;
        let user = user
            .strip_prefix('\'')
            .map_or_else(|| word(user), |rest| rest.split('\'').next().unwrap_or_default());
        let host = before
            .split_once(" FROM ")
            .map_or("", |(_, host)| host.trim_matches('\''));
        return Some(
            Said::new(Action::LogonRefused, "login: FAILED LOGIN")
                .by(user.trim_end_matches(','))
                .from(host),
        );
    }
    if let Some(rest) = message.strip_prefix("LOGIN ON ") {
        let (_, rest) = rest.split_once(" BY ")?;
        let (user, host) = rest.split_once(" FROM ").unwrap_or((rest, ""));
        return Some(Said::new(Action::Logon, "login: LOGIN").by(user).from(host));
    }
    for start in ["ROOT LOGIN ON ", "ROOT LOGIN  on "] {
        if let Some(rest) = message.strip_prefix(start) {
            let host = rest
                .split_once(" FROM ")
                .or_else(|| rest.split_once(" from "))
                .map_or("", |(_, host)| host.trim_matches('\''));
            return Some(
                Said::new(Action::Logon, "login: ROOT LOGIN")
                    .by("root")
                    .from(host),
            );
        }
    }
    None
}

/// Messages of Linux-PAM: `pam_unix(service:type): …`.
fn pam<'m>(program: &str, message: &'m str) -> Option<Said<'m>> {
    let (module, rest) = message.split_once("): ")?;
    let (module, service) = module.split_once('(')?;
    if !module.starts_with("pam_") || module.contains(' ') {
        return None;
    }
    let (service, kind) = service.split_once(':')?;
    if let Some(after) = rest.strip_prefix("session opened for user ") {
        let (user, by) = after.split_once(" by ").unwrap_or((after, ""));
        let (user, by) = (without_id(user), without_id(by));
        let code = format!("{service}: session opened");
        return Some(match service {
            "su" | "su-l" | "sudo" | "sudo-i" | "runuser" | "pkexec" | "polkit-1" => {
                Said::new(Action::Elevation, code).by(by).to(user)
            }
            // The program itself says these with their address, or a task is no logon.
            "sshd" | "cron" | "crond" | "systemd-user" | "atd" => Said::new(Action::Other, code).by(user),
            _ => Said::new(Action::Logon, code).by(user),
        });
    }
    if let Some(user) = rest.strip_prefix("session closed for user ") {
        let action = match service {
            "su" | "su-l" | "sudo" | "sudo-i" | "runuser" | "pkexec" | "polkit-1" | "cron" | "crond"
            | "systemd-user" | "atd" => Action::Other,
            _ => Action::Logoff,
        };
        return Some(Said::new(action, format!("{service}: session closed")).by(without_id(user)));
    }
    if kind == "auth"
        && (rest.starts_with("authentication failure") || rest.starts_with("conversation failed"))
    {
        let value = |name: &str| {
            rest.rsplit_once(name)
                .map_or("", |(_, value)| word(value).trim_end_matches(';'))
        };
        return Some(
            Said::new(Action::LogonRefused, format!("{service}: authentication failure"))
                .by(value(" user="))
                .from(value(" rhost=")),
        );
    }
    if kind == "chauthtok" {
        let user = rest.strip_prefix("password changed for ")?;
        return Some(Said::new(Action::AccountChange, format!("{program}: password changed")).to(word(user)));
    }
    None
}

/// `root(uid=0)` and `(uid=0)` without the number.
fn without_id(user: &str) -> &str {
    user.split('(').next().unwrap_or_default().trim()
}

fn account<'m>(program: &str, message: &'m str) -> Option<Said<'m>> {
    let change = |what: &str| Said::new(Action::AccountChange, format!("{program}: {what}"));
    let name = |rest: &'m str| {
        rest.strip_prefix("name=")
            .map(|rest| rest.split(',').next().unwrap_or_default())
    };
    // What is done to a group is done to its shadow too.
    if message.contains(" shadow group ") {
        return None;
    }
    let quoted = |rest: &'m str| rest.split(['\'', '"', '`']).nth(1);
    if let Some(rest) = message.strip_prefix("new user: ") {
        return Some(change("new user").to(name(rest)?));
    }
    if let Some(rest) = message.strip_prefix("new group: ") {
        return Some(change("new group").object(name(rest)?));
    }
    if let Some(rest) = message.strip_prefix("add ") {
        let (user, group) = rest.split_once(" to ")?;
        return Some(
            change("add to group")
                .to(quoted(user)?)
                .object(quoted(group).unwrap_or_default()),
        );
    }
    if let Some(rest) = message.strip_prefix("user ") {
        let (user, rest) = rest.split_once(" added by ")?;
        let (by, group) = rest.split_once(" to group ")?;
        return Some(change("added to group").by(by).to(user).object(group));
    }
    for (start, code) in [
        ("delete user ", "delete user"),
        ("delete ", "delete from group"),
        ("change user ", "change user"),
        ("lock user ", "lock user"),
        ("unlock user ", "unlock user"),
        ("changed password expiry for ", "changed password expiry"),
        ("changed user ", "change user"),
    ] {
        if let Some(rest) = message.strip_prefix(start) {
            return Some(change(code).to(quoted(rest).unwrap_or_else(|| word(rest))));
        }
    }
    None
}

fn cron(message: &str) -> Option<Said<'_>> {
    let (user, rest) = message.strip_prefix('(')?.split_once(") ")?;
    let (what, rest) = rest.split_once(" (")?;
    let inner = rest.strip_suffix(')').unwrap_or(rest);
    let found = |code| Said::new(Action::Task, code).by(user);
    match what {
        "CMD" => Some(found("cron: CMD").object(inner)),
        "REPLACE" => Some(found("crontab: REPLACE").to(inner)),
        "DELETE" => Some(found("crontab: DELETE").to(inner)),
        "END EDIT" => Some(found("crontab: END EDIT").to(inner)),
        _ => None,
    }
}

fn unit_of<'m>(message: &'m str, unit: &'m str) -> Option<Said<'m>> {
    let (what, rest) = message.split_once(' ')?;
    let code = match what {
        "Started" => "systemd: Started",
        "Stopped" => "systemd: Stopped",
        "Finished" => "systemd: Finished",
        _ => return None,
    };
    // Sessions are told by their logon.
    if rest.starts_with("Session ") || rest.starts_with("session-") {
        return None;
    }
    let named = rest.split(" - ").next().unwrap_or(rest).trim_end_matches('.');
    Some(Said::new(Action::Service, code).object(if unit.is_empty() { named } else { unit }))
}

fn recording<'m>(program: &str, message: &'m str) -> Option<Said<'m>> {
    let stopped = [
        "exiting on signal",
        "Journal stopped",
        "daemon is exiting",
        "syslog-ng shutting down",
    ]
    .into_iter()
    .find(|what| message.contains(what))?;
    Some(Said::new(Action::LogCleared, format!("{program}: {stopped}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(program: &str, message: &str) -> String {
        said(program, message, "").map_or_else(
            || "nothing".to_owned(),
            |said| {
                let from = said.from.map_or_else(String::new, |from| from.to_string());
                format!(
                    "{:?} [{}] {} > {} {} {} {}",
                    said.action, said.code, said.account, said.target, from, said.device, said.object
                )
                .trim_end()
                .to_owned()
            },
        )
    }

    #[test]
    fn a_name_with_an_address_in_it_does_not_move_the_address() {
        assert_eq!(
            line(
                "sshd",
                "Failed password for invalid user x from 198.51.100.1 port 22 from 203.0.113.9 port 40022 ssh2"
            ),
            "LogonRefused [sshd: Failed password] x from 198.51.100.1 port 22 >  203.0.113.9"
        );
    }

    #[test]
    fn programs_are_read_as_they_write() {
        for (program, message, expected) in [
            (
                "sshd",
                "Accepted publickey for alice from 203.0.113.9 port 40022 ssh2: ED25519 SHA256:abcDEF/+1",
                "Logon [sshd: Accepted publickey] alice >  203.0.113.9 SHA256:abcDEF/+1",
            ),
            (
                "sshd",
                "Disconnected from user alice 203.0.113.9 port 40022",
                "Logoff [sshd: Disconnected from user] alice >  203.0.113.9",
            ),
            (
                "sshd",
                "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root",
                "LogonRefused [sshd: authentication failure] root >  203.0.113.9",
            ),
            (
                "sudo",
                "   alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/cat /etc/shadow",
                "Elevation [sudo: COMMAND] alice > root   /usr/bin/cat",
            ),
            (
                "sudo",
                "   mallory : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/sh",
                "LogonRefused [sudo: NOT in sudoers] mallory > root   /bin/sh",
            ),
            (
                "su",
                "(to root) alice on pts/0",
                "Elevation [su: to] alice > root",
            ),
            (
                "su",
                "FAILED SU (to root) alice on pts/0",
                "LogonRefused [su: FAILED SU] alice > root",
            ),
            (
                "su",
                "pam_unix(su:session): session opened for user root(uid=0) by alice(uid=1000)",
                "Elevation [su: session opened] alice > root",
            ),
            (
                "useradd",
                "new user: name=backup2, UID=1001, GID=1001, home=/home/backup2, shell=/bin/sh, from=/dev/pts/0",
                "AccountChange [useradd: new user]  > backup2",
            ),
            (
                "usermod",
                "add 'backup2' to group 'sudo'",
                "AccountChange [usermod: add to group]  > backup2   sudo",
            ),
            (
                "CRON",
                "(root) CMD (/tmp/.x/run)",
                "Task [cron: CMD] root >    /tmp/.x/run",
            ),
            (
                "systemd",
                "Started ssh.service - OpenBSD Secure Shell server.",
                "Service [systemd: Started]  >    ssh.service",
            ),
            ("systemd", "Started Session 3 of user root.", "nothing"),
            ("kernel", "eth0: link up", "nothing"),
        ] {
            assert_eq!(line(program, message), expected, "{message}");
        }
    }
}
