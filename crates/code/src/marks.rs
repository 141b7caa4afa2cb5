//! What a function leads to and what it names: callees, imports, texts, tables, constants, data.
//!
//! Compilers and levels change instructions; what a function names mostly stays. Hashes only, 32 bits each.

use std::collections::BTreeMap;

use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction, Mnemonic, OpKind, Register};

use crate::body::is_marker;
use crate::image::{Bits, Endian, Image, u32_at, u64_at, zero_ended};
use crate::normalise::mix;

const CALLS_MAX: usize = 1024;
const MARKS_MAX: usize = 256;
/// Shorter texts stand in many programs.
const TEXT_BYTES_MIN: usize = 5;
const TEXT_BYTES_MAX: usize = 512;
/// Smaller numbers are sizes, flags and offsets.
const CONSTANT_MIN: u64 = 0x1_0000;
/// Bytes of a table that stand for it.
const TABLE_BYTES: usize = 16;
/// Places with addresses that are looked at.
const PLACES_MAX: u64 = 2_000_000;
/// Distances below this are too common to be looked at as fields.
const FIELD_MIN: u64 = 8;
const FIELD_MAX: u64 = 0x1_0000;

/// What a function names.
#[derive(Debug, Default)]
pub(crate) struct Named {
    /// See the fields of the same names in `Function`.
    pub calls: Vec<u64>,
    pub marks: Vec<u32>,
    pub imports: Vec<u32>,
    pub numbers: Vec<u32>,
    pub fields: Vec<u32>,
    pub data: Vec<u64>,
}

/// What is known of a whole image while its functions are looked at.
pub(crate) struct Names<'a, 'b> {
    image: &'a Image<'b>,
    imports: BTreeMap<u64, u32>,
    /// The import that a piece of code only jumps to.
    stubs: BTreeMap<u64, Option<u64>>,
    /// Texts that stand beside a function's address in a table.
    beside: BTreeMap<u64, Vec<u32>>,
}

impl<'a, 'b> Names<'a, 'b> {
    pub fn of(image: &'a Image<'b>) -> Self {
        let imports = image
            .imports
            .iter()
            .map(|(place, name)| (*place, low(text_hash(plain_name(name).as_bytes()))))
            .collect();
        Self {
            image,
            imports,
            stubs: BTreeMap::new(),
            beside: beside(image),
        }
    }

    /// What the instructions of the function in `start..end` name.
    pub fn named(&mut self, instructions: &[Instruction], start: u64, end: u64) -> Named {
        let mut named = Named::default();
        let from_table = holders(self.image, instructions);
        for instruction in instructions {
            self.lead(instruction, start, end, &mut named);
            for operand in 0..instruction.op_count() {
                let Ok(kind) = instruction.try_op_kind(operand) else {
                    continue;
                };
                match kind {
                    OpKind::Memory => self.memory(instruction, &from_table, &mut named),
                    OpKind::Immediate8
                    | OpKind::Immediate16
                    | OpKind::Immediate32
                    | OpKind::Immediate32to64
                    | OpKind::Immediate64
                    | OpKind::Immediate8to16
                    | OpKind::Immediate8to32
                    | OpKind::Immediate8to64 => {
                        let value = instruction.try_immediate(operand).unwrap_or(0);
                        self.immediate(instruction, value, &mut named);
                    }
                    _ => {}
                }
            }
        }
        named.marks.extend(self.beside.get(&start).into_iter().flatten());
        for list in [
            &mut named.marks,
            &mut named.imports,
            &mut named.numbers,
            &mut named.fields,
        ] {
            list.sort_unstable();
            list.dedup();
            list.truncate(MARKS_MAX);
        }
        named.data.sort_unstable();
        named.data.dedup();
        named.data.truncate(MARKS_MAX);
        named
    }

    /// A call, or a jump out of the function.
    fn lead(&mut self, instruction: &Instruction, start: u64, end: u64, named: &mut Named) {
        let leads = matches!(
            instruction.flow_control(),
            FlowControl::Call | FlowControl::UnconditionalBranch | FlowControl::ConditionalBranch
        );
        let target = instruction.near_branch_target();
        if !leads || target == 0 || target >= start && target < end {
            return;
        }
        match self.stub(target) {
            Some(place) => named.imports.extend(self.imports.get(&place)),
            None if named.calls.len() < CALLS_MAX && !named.calls.contains(&target) => {
                named.calls.push(target);
            }
            None => {}
        }
    }

    /// The place whose address the code at `target` only jumps to, where that is an import.
    fn stub(&mut self, target: u64) -> Option<u64> {
        if let Some(known) = self.stubs.get(&target) {
            return *known;
        }
        let bytes = self.image.bytes(target);
        let bytes = bytes.get(..bytes.len().min(24)).unwrap_or_default();
        let mut decoder = Decoder::with_ip(self.image.bits.count(), bytes, target, DecoderOptions::NONE);
        let first = decoder.iter().find(|instruction| !is_marker(instruction));
        let place = first
            .filter(|first| {
                first.flow_control() == FlowControl::IndirectBranch && first.op0_kind() == OpKind::Memory
            })
            .and_then(|first| {
                if first.memory_base() == Register::EBX {
                    let table = self.image.table?;
                    return Some(table.wrapping_add(first.memory_displacement64()) & 0xffff_ffff);
                }
                (first.memory_index() == Register::None).then(|| first.memory_displacement64())
            })
            .filter(|place| self.imports.contains_key(place));
        self.stubs.insert(target, place);
        place
    }

    fn memory(&self, instruction: &Instruction, from_table: &[Register], named: &mut Named) {
        let base = instruction.memory_base();
        let displacement = instruction.memory_displacement64();
        if instruction.is_ip_rel_memory_operand() {
            self.address(instruction, instruction.ip_rel_memory_address(), named);
        } else if base == Register::None {
            self.address(instruction, displacement, named);
        } else if let Some(table) = self.image.table.filter(|_| from_table.contains(&base)) {
            self.address(instruction, table.wrapping_add(displacement) & 0xffff_ffff, named);
        } else if !is_frame(base) {
            let distance = match self.image.bits {
                Bits::B32 => displacement & 0xffff_ffff,
                Bits::B64 => displacement,
            };
            if distance >= CONSTANT_MIN && self.image.region(distance).is_some() {
                self.address(instruction, distance, named);
            } else if (FIELD_MIN..FIELD_MAX).contains(&distance) && instruction.mnemonic() != Mnemonic::Nop {
                named.fields.push(low(distance));
            }
        }
    }

    /// A place in memory that an instruction uses or loads the address of.
    fn address(&self, instruction: &Instruction, address: u64, named: &mut Named) {
        if let Some(import) = self.imports.get(&address) {
            named.imports.push(*import);
            return;
        }
        let Some(region) = self.image.region(address) else {
            return;
        };
        if region.executable {
            return;
        }
        let bytes = self.image.bytes(address);
        if let Some(text) = text(bytes) {
            named.marks.push(low(text));
            return;
        }
        named.data.push(address);
        // A number out of memory, or the beginning of a table.
        let size = instruction.memory_size().size();
        let is_number = matches!(size, 4 | 8) && is_float(instruction);
        let wanted = if is_number { size } else { TABLE_BYTES };
        let content = bytes.get(..wanted).filter(|bytes| tells(bytes));
        if let Some(content) = content.filter(|_| !self.image.pointers.contains_key(&address)) {
            // A float of 4 bytes and its double are not the same bytes: the value counts.
            let hash = match (is_number, size) {
                (true, 4) => u32_at(content, 0, Endian::Little)
                    .map(|bits| mix(0xf10a ^ f64::from(f32::from_bits(bits)).to_bits())),
                (true, _) => u64_at(content, 0, Endian::Little).map(|bits| mix(0xf10a ^ bits)),
                _ => Some(text_hash(content)),
            };
            named.marks.extend(hash.map(low));
        }
    }

    fn immediate(&self, instruction: &Instruction, value: u64, named: &mut Named) {
        let is_stack = instruction.op0_kind() == OpKind::Register && is_frame(instruction.op0_register());
        if is_stack {
            return;
        }
        if value >= CONSTANT_MIN && self.image.region(value).is_some() {
            self.address(instruction, value, named);
            return;
        }
        // 32-bit code holds negative numbers in 32 bits, 64-bit code the same ones in 64.
        let narrow = match self.image.bits {
            Bits::B32 => value & 0xffff_ffff,
            Bits::B64 if value >= 0xffff_ffff_8000_0000 => value & 0xffff_ffff,
            Bits::B64 => value,
        };
        if narrow > 1 {
            named.numbers.push(low(narrow));
        }
        let is_small_negative = (0xffff_0000..=0xffff_ffff).contains(&narrow);
        let is_round = narrow.count_ones() <= 1 || narrow.wrapping_add(1).count_ones() <= 1;
        if narrow >= CONSTANT_MIN && !is_small_negative && !is_round {
            named.marks.push(low(mix(0xc057 ^ narrow)));
        }
    }
}

/// Registers that hold the address of the offset table somewhere in the function.
fn holders(image: &Image<'_>, instructions: &[Instruction]) -> Vec<Register> {
    let Some(table) = image.table else {
        return Vec::new();
    };
    let mut holders: Vec<Register> = Vec::new();
    for instruction in instructions {
        let register = instruction.op0_register();
        let is_sum = instruction.mnemonic() == Mnemonic::Add
            && matches!(
                instruction.op1_kind(),
                OpKind::Immediate32 | OpKind::Immediate8to32
            );
        if is_sum {
            let sum = instruction.ip().wrapping_add(instruction.immediate32().into()) & 0xffff_ffff;
            // Clang counts from the instruction before, which takes its own address off the stack in one byte.
            if (sum == table || sum.wrapping_sub(1) == table) && !holders.contains(&register) {
                holders.push(register);
            }
        } else if instruction.mnemonic() == Mnemonic::Mov
            && instruction.op0_kind() == OpKind::Register
            && instruction.op1_kind() == OpKind::Register
            && holders.contains(&instruction.op1_register())
            && !holders.contains(&register)
        {
            holders.push(register);
        }
    }
    holders
}

fn is_frame(register: Register) -> bool {
    matches!(
        register,
        Register::RSP | Register::ESP | Register::SP | Register::RBP | Register::EBP
    )
}

fn is_float(instruction: &Instruction) -> bool {
    instruction.op0_register().is_xmm()
        || instruction.op0_register().is_ymm()
        || (Mnemonic::Fadd..=Mnemonic::Fyl2xp1).contains(&instruction.mnemonic())
}

/// Whether bytes have anything to tell: not all one byte, not mostly zeros.
fn tells(bytes: &[u8]) -> bool {
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    let first = bytes.first().copied().unwrap_or(0);
    bytes.iter().any(|byte| *byte != first) && zeros.saturating_mul(8) <= bytes.len().saturating_mul(7)
}

/// The hash of the text that `bytes` begin with.
fn text(bytes: &[u8]) -> Option<u64> {
    let text = zero_ended(bytes, 0, TEXT_BYTES_MAX)?;
    let is_text = text.len() >= TEXT_BYTES_MIN
        && text
            .iter()
            .all(|byte| matches!(byte, 0x20..=0x7e | b'\t' | b'\n' | b'\r'));
    is_text.then(|| text_hash(text))
}

fn text_hash(text: &[u8]) -> u64 {
    text.iter()
        .fold(0x7e87, |hash: u64, byte| mix(hash ^ u64::from(*byte)))
}

/// An import's name without what compilers and C libraries put around it.
fn plain_name(name: &str) -> &str {
    let name = name.split('@').next().unwrap_or(name).trim_start_matches('_');
    let name = name.strip_prefix("isoc99_").unwrap_or(name);
    name.strip_suffix("_chk").unwrap_or(name)
}

/// Texts in tables of names and functions: by function, hashes of the texts whose address stands right before or behind its own.
fn beside(image: &Image<'_>) -> BTreeMap<u64, Vec<u32>> {
    let width: u64 = match image.bits {
        Bits::B32 => 4,
        Bits::B64 => 8,
    };
    let mut found: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    let mut left = PLACES_MAX;
    for region in image.regions.iter().filter(|region| !region.executable) {
        let first = region.address.next_multiple_of(width);
        let stored_end = region.address.saturating_add(region.stored);
        let bytes = image.bytes(region.address);
        let mut before: [Option<u64>; 2] = [None, None];
        let mut at = first;
        while at.saturating_add(width) <= stored_end && left > 0 {
            left = left.saturating_sub(1);
            let offset = at.saturating_sub(region.address);
            let stored = match image.bits {
                Bits::B32 => u32_at(bytes, offset, Endian::Little).map_or(0, u64::from),
                Bits::B64 => u64_at(bytes, offset, Endian::Little).unwrap_or(0),
            };
            let value = if stored == 0 {
                image.pointers.get(&at).copied().unwrap_or(0)
            } else {
                stored
            };
            if value >= CONSTANT_MIN / 16 && image.is_code(value) {
                let near = [(before.first(), 1u64), (before.get(1), 2)];
                for (slot, distance) in near {
                    if let Some(hash) = slot
                        .copied()
                        .flatten()
                        .and_then(|address| beside_text(image, address))
                    {
                        let marks = found.entry(value).or_default();
                        if marks.len() < 8 {
                            marks.push(low(mix(hash ^ distance)));
                        }
                    }
                }
            }
            before = [Some(value), before.first().copied().flatten()];
            at = at.saturating_add(width);
        }
    }
    found
}

/// The hash of a text that a table may name, down to two letters.
fn beside_text(image: &Image<'_>, address: u64) -> Option<u64> {
    if address < CONSTANT_MIN / 16 || image.region(address)?.executable {
        return None;
    }
    let text = zero_ended(image.bytes(address), 0, 64)?;
    let is_text = text.len() >= 2 && text.iter().all(|byte| matches!(byte, 0x20..=0x7e));
    is_text.then(|| text_hash(text))
}

fn low(hash: u64) -> u32 {
    u32::try_from(hash & 0xffff_ffff).unwrap_or(0)
}
