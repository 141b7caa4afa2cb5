//! Writes small event logs of Windows from the description of the format.
#![allow(dead_code, reason = "each test file uses the part that it needs")]

use std::collections::HashMap;

/// One event: number, FILETIME, provider, id, computer, named values.
pub struct Logged<'a> {
    pub number: u64,
    pub written: u64,
    pub provider: &'a str,
    pub id: u16,
    pub data: &'a [(&'a str, &'a str)],
}

/// 2014-11-24T00:00:00Z in 100 ns since 1601.
pub const DAY: u64 = 130_612_608_000_000_000;
/// One second.
pub const SECOND: u64 = 10_000_000;

/// An event of the security log.
pub fn security<'a>(number: u64, seconds: u64, id: u16, data: &'a [(&'a str, &'a str)]) -> Logged<'a> {
    Logged {
        number,
        written: DAY + seconds * SECOND,
        provider: "Microsoft-Windows-Security-Auditing",
        id,
        data,
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[derive(Default)]
struct Chunk {
    bytes: Vec<u8>,
    names: HashMap<String, u32>,
    templates: HashMap<Vec<String>, u32>,
}

impl Chunk {
    fn here(&self) -> u32 {
        u32::try_from(self.bytes.len()).unwrap()
    }

    fn u16(&mut self, value: usize) {
        self.bytes.extend(u16::try_from(value).unwrap().to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.bytes.extend(value.to_le_bytes());
    }

    fn name(&mut self, text: &str) {
        if let Some(at) = self.names.get(text) {
            let at = *at;
            return self.u32(at);
        }
        let at = self.here() + 4;
        self.names.insert(text.to_owned(), at);
        self.u32(at);
        self.u32(0);
        self.u16(0);
        self.u16(text.encode_utf16().count());
        self.bytes.extend(utf16(text));
        self.u16(0);
    }

    fn open(&mut self, name: &str, attribute: Option<&str>) {
        self.bytes.push(if attribute.is_some() { 0x41 } else { 0x01 });
        self.u16(0xffff);
        self.u32(0);
        self.name(name);
        if let Some(attribute) = attribute {
            self.u32(0);
            self.bytes.push(0x06);
            self.name(attribute);
        }
    }

    fn gap(&mut self, number: usize, kind: u8) {
        self.bytes.push(0x0e);
        self.u16(number);
        self.bytes.push(kind);
    }

    fn template(&mut self, names: &[String]) {
        self.bytes.extend([0x0f, 1, 1, 0]);
        self.open("Event", None);
        self.bytes.push(2);
        self.open("System", None);
        self.bytes.push(2);
        self.open("Provider", Some("Name"));
        self.gap(0, 1);
        self.bytes.push(3);
        self.open("EventID", None);
        self.bytes.push(2);
        self.gap(1, 6);
        self.bytes.push(4);
        self.open("TimeCreated", Some("SystemTime"));
        self.gap(2, 0x11);
        self.bytes.push(3);
        self.open("Computer", None);
        self.bytes.push(2);
        self.gap(3, 1);
        self.bytes.extend([4, 4]);
        self.open("EventData", None);
        self.bytes.push(2);
        for (at, name) in names.iter().enumerate() {
            self.open("Data", Some("Name"));
            self.bytes.extend([5, 1]);
            self.u16(name.encode_utf16().count());
            self.bytes.extend(utf16(name));
            self.bytes.push(2);
            self.gap(4 + at, 1);
            self.bytes.push(4);
        }
        self.bytes.extend([4, 4, 0]);
    }

    fn record(&mut self, event: &Logged<'_>) {
        let start = self.bytes.len();
        self.bytes.extend(b"**\0\0");
        self.u32(0);
        self.bytes.extend(event.number.to_le_bytes());
        self.bytes.extend(event.written.to_le_bytes());
        self.bytes.extend([0x0f, 1, 1, 0, 0x0c, 1]);
        self.u32(7);
        let names: Vec<String> = event.data.iter().map(|(name, _)| (*name).to_owned()).collect();
        if let Some(at) = self.templates.get(&names) {
            let at = *at;
            self.u32(at);
        } else {
            let at = self.here() + 4;
            self.u32(at);
            self.bytes.extend([0; 24]);
            let body = self.bytes.len();
            self.template(&names);
            let len = u32::try_from(self.bytes.len() - body).unwrap();
            self.bytes[body - 4..body].copy_from_slice(&len.to_le_bytes());
            self.templates.insert(names, at);
        }
        let mut values: Vec<(u8, Vec<u8>)> = vec![
            (1, utf16(event.provider)),
            (6, event.id.to_le_bytes().to_vec()),
            (0x11, event.written.to_le_bytes().to_vec()),
            (1, utf16("DC01.studio.example")),
        ];
        values.extend(event.data.iter().map(|(_, value)| (1, utf16(value))));
        self.u32(u32::try_from(values.len()).unwrap());
        for (kind, value) in &values {
            self.u16(value.len());
            self.bytes.extend([*kind, 0]);
        }
        for (_, value) in &values {
            self.bytes.extend(value);
        }
        self.bytes.push(0);
        let size = u32::try_from(self.bytes.len() - start + 4).unwrap();
        self.u32(size);
        self.bytes[start + 4..start + 8].copy_from_slice(&size.to_le_bytes());
    }
}

/// A log of one chunk.
pub fn log(events: &[Logged<'_>]) -> Vec<u8> {
    let mut chunk = Chunk {
        bytes: vec![0; 512],
        ..Chunk::default()
    };
    for event in events {
        chunk.record(event);
    }
    let free = chunk.here();
    let mut data = chunk.bytes;
    assert!(data.len() <= 64 << 10);
    let records = crc(&data[512..]);
    data.resize(64 << 10, 0);
    data[..8].copy_from_slice(b"ElfChnk\0");
    data[40..44].copy_from_slice(&128u32.to_le_bytes());
    data[48..52].copy_from_slice(&free.to_le_bytes());
    data[52..56].copy_from_slice(&records.to_le_bytes());
    let sum = crc(&[&data[..120], &data[128..512]].concat());
    data[124..128].copy_from_slice(&sum.to_le_bytes());
    let mut head = vec![0u8; 4096];
    head[..8].copy_from_slice(b"ElfFile\0");
    head[32..36].copy_from_slice(&128u32.to_le_bytes());
    head[40..42].copy_from_slice(&4096u16.to_le_bytes());
    head[42] = 1;
    let sum = crc(&head[..120]);
    head[124..128].copy_from_slice(&sum.to_le_bytes());
    [head, data].concat()
}

/// CRC-32 (IEEE 802.3), bit by bit: another writing of it than the reader's.
fn crc(data: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in data {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 {
                sum >> 1 ^ 0xedb8_8320
            } else {
                sum >> 1
            };
        }
    }
    !sum
}
