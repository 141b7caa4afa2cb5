//! What a column of a log means, by its name.
//!
//! A table of names that common programs use (Zeek, Suricata, ECS, tshark, firewalls and proxies). A name that is not here
//! means nothing: its cells are only looked through for indicators.

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Address that opened the connection.
    Client,
    /// The address it went to.
    Server,
    /// Port there.
    Port,
    /// Transport protocol.
    Protocol,
    /// When it began.
    Time,
    /// How long it took, seconds.
    Duration,
    /// Bytes from the client.
    BytesOut,
    /// Bytes to the client.
    BytesIn,
    /// Packets of one direction.
    Packets,
    /// Host name asked for over HTTP.
    Host,
    /// Name asked for in TLS.
    TlsName,
    /// Path or URL asked for.
    Url,
    /// Name asked for in DNS.
    Query,
    /// Record type asked for.
    QueryType,
    /// What DNS answered.
    Answers,
    /// Anything else.
    Other,
}

const NAMES: &[(Field, &[&str])] = &[
    (
        Field::Client,
        &[
            "id.orig_h", "src_ip", "srcip", "source.ip", "source_ip", "source.address", "source_address",
            "sourceip", "source", "src", "srcaddr", "src_addr", "client_ip", "client.ip", "clientip", "client",
            "c-ip", "ip.src", "ipv6.src", "sa", "remote_addr",
        ],
    ),
    (
        Field::Server,
        &[
            "id.resp_h", "dst_ip", "dstip", "dest_ip", "destip", "destination.ip", "destination_ip",
            "destination.address", "destination_address", "destinationip", "destination", "dst", "dest", "dstaddr",
            "dst_addr", "server_ip", "server.ip", "serverip", "s-ip", "ip.dst", "ipv6.dst", "da",
        ],
    ),
    (
        Field::Port,
        &[
            "id.resp_p", "dst_port", "dstport", "dest_port", "destport", "destination.port", "destination_port",
            "destinationport", "dpt", "dport", "server_port", "server.port", "s-port", "tcp.dstport", "udp.dstport", "dp",
        ],
    ),
    (Field::Protocol, &["proto", "protocol", "network.transport", "transport", "ip.proto", "ip_protocol"]),
    (
        Field::Time,
        &[
            "ts", "time", "timestamp", "@timestamp", "date", "datetime", "date_time", "start_time", "starttime",
            "event_time", "flow.start", "event.start", "frame.time_epoch", "time_local", "time_iso8601", "start",
        ],
    ),
    (Field::Duration, &["duration"]),
    (
        Field::BytesOut,
        &[
            "orig_bytes", "bytes_out", "source.bytes", "src_bytes", "sent_bytes", "bytes_sent", "bytes_toserver",
            "flow.bytes_toserver", "sentbyte", "cs-bytes", "bytes",
        ],
    ),
    (
        Field::BytesIn,
        &[
            "resp_bytes", "bytes_in", "destination.bytes", "dst_bytes", "received_bytes", "bytes_received",
            "bytes_toclient", "flow.bytes_toclient", "rcvdbyte", "sc-bytes",
        ],
    ),
    (
        Field::Packets,
        &["orig_pkts", "resp_pkts", "source.packets", "destination.packets", "flow.pkts_toserver", "flow.pkts_toclient", "packets"],
    ),
    (Field::Host, &["host", "http.hostname", "http_host", "cs-host", "http.host"]),
    (Field::TlsName, &["server_name", "tls.sni", "sni", "tls.client.server_name"]),
    (Field::Url, &["uri", "url", "request_uri", "http.url", "cs-uri", "url.original"]),
    (Field::Query, &["query", "dns.question.name", "dns.rrname"]),
    (Field::QueryType, &["qtype_name", "dns.question.type", "dns.rrtype"]),
    (Field::Answers, &["answers", "dns.resolved_ip"]),
];

/// What the column of this name says. Case, blanks and quotes around do not matter.
pub fn field(name: &str) -> Field {
    let name = name.trim().to_ascii_lowercase().replace(' ', "_");
    NAMES
        .iter()
        .find(|(_, names)| names.contains(&name.as_str()))
        .map_or(Field::Other, |(field, _)| *field)
}
