//! One function: every instruction that can be reached from its start without leaving its range.
//!
//! A worklist, never recursion. Jump tables of the usual compilers are followed.

use iced_x86::{Code, Decoder, DecoderOptions, FlowControl, Instruction, Mnemonic, OpKind, Register};

use crate::discover::Work;
use crate::image::{Bits, Endian, Image, u32_at};

const INSTRUCTIONS_MAX: usize = 200_000;
/// 64 bytes of a function each: 16 MiB in all, more than instructions are taken from one.
const WORDS_MAX: usize = 1 << 18;
const TABLE_ENTRIES_MAX: u64 = 1024;
/// How many instructions before an indirect jump may name its table.
const TABLE_LOOKBACK: usize = 16;

/// A function's instructions and where it leads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    /// By address.
    pub instructions: Vec<Instruction>,
    /// One past its last byte.
    pub end: u64,
    /// Targets of direct calls.
    pub calls: Vec<u64>,
    /// Targets of jumps out of its range, and code addresses that it takes.
    pub hints: Vec<u64>,
    /// Whether bytes that are no instruction were reached.
    pub broken: bool,
}

impl Body {
    /// Whether it only jumps to an imported function.
    pub fn is_stub(&self) -> bool {
        let mut real = self
            .instructions
            .iter()
            .filter(|instruction| !is_marker(instruction));
        real.next().is_some_and(|first| {
            first.code() == Code::Jmp_rm64 && first.is_ip_rel_memory_operand()
                || first.code() == Code::Jmp_rm32
                    && first.op0_kind() == OpKind::Memory
                    && first.memory_index() == Register::None
        })
    }

    /// Whether every way out is a return or a jump, through whole instructions.
    pub fn is_clean(&self) -> bool {
        !self.broken
            && self.instructions.last().is_some_and(|last| {
                matches!(
                    last.flow_control(),
                    FlowControl::Return | FlowControl::UnconditionalBranch | FlowControl::IndirectBranch
                ) || last.is_call_near()
            })
    }
}

/// Whether an instruction only marks a place where control may arrive.
pub(crate) fn is_marker(instruction: &Instruction) -> bool {
    matches!(instruction.mnemonic(), Mnemonic::Endbr32 | Mnemonic::Endbr64)
}

/// Whether an instruction does nothing: what assemblers fill gaps with.
pub(crate) fn is_padding(instruction: &Instruction) -> bool {
    match instruction.mnemonic() {
        Mnemonic::Nop | Mnemonic::Int3 => true,
        Mnemonic::Xchg | Mnemonic::Mov => {
            instruction.op0_kind() == OpKind::Register
                && instruction.op1_kind() == OpKind::Register
                && instruction.op0_register() == instruction.op1_register()
                && !instruction.op0_register().is_gpr32()
        }
        Mnemonic::Lea => {
            instruction.op0_register() == instruction.memory_base()
                && instruction.memory_index() == Register::None
                && instruction.memory_displacement64() == 0
        }
        _ => false,
    }
}

/// Addresses of a function that were decoded: a bit each.
struct Seen {
    start: u64,
    words: Vec<u64>,
}

impl Seen {
    fn place(&self, at: u64) -> Option<(usize, u64)> {
        let distance = at.checked_sub(self.start)?;
        Some((usize::try_from(distance >> 6).ok()?, 1 << (distance & 63)))
    }

    fn has(&self, at: u64) -> bool {
        self.place(at)
            .is_some_and(|(word, bit)| self.words.get(word).is_some_and(|bits| bits & bit != 0))
    }

    /// Whether it is new; false too where no function reaches that far.
    fn insert(&mut self, at: u64) -> bool {
        let Some((word, bit)) = self.place(at).filter(|(word, _)| *word < WORDS_MAX) else {
            return false;
        };
        if word >= self.words.len() {
            self.words.resize(word.saturating_add(16), 0);
        }
        self.words.get_mut(word).is_some_and(|bits| {
            let is_new = *bits & bit == 0;
            *bits |= bit;
            is_new
        })
    }
}

/// The function at `start`, no further than `limit`.
pub(crate) fn descend(image: &Image<'_>, start: u64, limit: u64, work: &mut Work) -> Body {
    let mut body = Body {
        end: start,
        ..Body::default()
    };
    let mut open = vec![start];
    let mut seen = Seen {
        start,
        words: Vec::new(),
    };
    let mut instruction = Instruction::default();
    while let Some(at) = open.pop() {
        if at < start || at >= limit || seen.has(at) {
            continue;
        }
        let bytes = image.bytes(at);
        let len = usize::try_from(limit.saturating_sub(at)).unwrap_or(usize::MAX);
        let bytes = bytes.get(..bytes.len().min(len)).unwrap_or_default();
        let mut decoder = Decoder::with_ip(image.bits.count(), bytes, at, DecoderOptions::NONE);
        let chunk_start = body.instructions.len();
        while decoder.can_decode() && body.instructions.len() < INSTRUCTIONS_MAX {
            if !seen.insert(decoder.ip()) || !work.take() {
                break;
            }
            decoder.decode_out(&mut instruction);
            if instruction.is_invalid() {
                body.broken = true;
                break;
            }
            body.end = body.end.max(instruction.next_ip());
            body.instructions.push(instruction);
            if !follow(
                image,
                &instruction,
                (start, limit),
                &mut open,
                &mut body,
                chunk_start,
            ) {
                break;
            }
        }
    }
    body.instructions.sort_by_key(Instruction::ip);
    body
}

/// Notes where an instruction leads; false where control does not go on behind it.
fn follow(
    image: &Image<'_>,
    instruction: &Instruction,
    (start, limit): (u64, u64),
    open: &mut Vec<u64>,
    body: &mut Body,
    chunk_start: usize,
) -> bool {
    match instruction.flow_control() {
        FlowControl::Next => {
            if let Some(address) = taken_address(image, instruction) {
                body.hints.push(address);
            }
            true
        }
        FlowControl::ConditionalBranch | FlowControl::UnconditionalBranch => {
            let target = instruction.near_branch_target();
            if target >= start && target < limit {
                open.push(target);
            } else if target != 0 {
                body.hints.push(target);
            }
            instruction.flow_control() == FlowControl::ConditionalBranch
        }
        FlowControl::Call => {
            let target = instruction.near_branch_target();
            // A call to the next instruction only asks where it is.
            if target != instruction.next_ip() && target != 0 {
                body.calls.push(target);
            }
            true
        }
        FlowControl::IndirectBranch => {
            let before = body.instructions.get(chunk_start..).unwrap_or_default();
            let from = before.len().saturating_sub(TABLE_LOOKBACK);
            let targets = jump_table(image, before.get(from..).unwrap_or_default(), (start, limit));
            open.extend(targets);
            false
        }
        FlowControl::Interrupt => {
            instruction.mnemonic() != Mnemonic::Int3 && instruction.immediate8() != 0x29
        }
        FlowControl::IndirectCall | FlowControl::XbeginXabortXend => true,
        FlowControl::Return | FlowControl::Exception => false,
    }
}

/// An address of code that an instruction loads.
fn taken_address(image: &Image<'_>, instruction: &Instruction) -> Option<u64> {
    let address = match instruction.mnemonic() {
        Mnemonic::Lea if instruction.is_ip_rel_memory_operand() => instruction.ip_rel_memory_address(),
        Mnemonic::Mov | Mnemonic::Push => {
            let last = instruction.op_count().checked_sub(1)?;
            match instruction.try_op_kind(last).ok()? {
                OpKind::Immediate32 | OpKind::Immediate32to64 | OpKind::Immediate64 => {
                    instruction.try_immediate(last).ok()?
                }
                _ => return None,
            }
        }
        _ => return None,
    };
    image.is_code(address).then_some(address)
}

/// Where a jump through a table may lead. `before` ends with the jump itself.
///
/// Three forms: addresses (`jmp [r*4+table]`), distances from the table (GCC, Clang), distances from the image base (MSVC).
/// Entries are taken while they lead into the function.
fn jump_table(image: &Image<'_>, before: &[Instruction], (start, limit): (u64, u64)) -> Vec<u64> {
    let Some(jump) = before.last() else {
        return Vec::new();
    };
    let inside = |target: u64| (target >= start && target < limit).then_some(target);
    let entries = |table: u64, width: u64, decode: &dyn Fn(&[u8], u64) -> Option<u64>| {
        let bytes = image.bytes(table);
        (0..TABLE_ENTRIES_MAX)
            .map_while(|index| decode(bytes, index.saturating_mul(width)).and_then(inside))
            .collect::<Vec<u64>>()
    };
    if jump.op0_kind() == OpKind::Memory {
        if jump.memory_index() == Register::None || jump.is_ip_rel_memory_operand() {
            return Vec::new();
        }
        let table = jump.memory_displacement64();
        return match image.bits {
            Bits::B32 => entries(table, 4, &|bytes, at| {
                u32_at(bytes, at, Endian::Little).map(u64::from)
            }),
            Bits::B64 => entries(table, 8, &|bytes, at| {
                crate::image::u64_at(bytes, at, Endian::Little)
            }),
        };
    }
    for instruction in before.iter().rev() {
        let is_table_load = instruction.mnemonic() == Mnemonic::Lea && instruction.is_ip_rel_memory_operand();
        let is_image_load = instruction.op_count() == 2
            && instruction.op1_kind() == OpKind::Memory
            && instruction.memory_index() != Register::None
            && instruction.memory_index_scale() == 4
            && instruction.memory_displacement64() >= 0x1000
            && image.base != 0;
        let (table, origin) = if is_table_load {
            let table = instruction.ip_rel_memory_address();
            (table, table)
        } else if is_image_load {
            (
                image.base.saturating_add(instruction.memory_displacement64()),
                image.base,
            )
        } else {
            continue;
        };
        let targets = entries(table, 4, &|bytes, at| {
            let distance = u32_at(bytes, at, Endian::Little)?.cast_signed();
            Some(origin.wrapping_add_signed(i64::from(distance)))
        });
        if !targets.is_empty() {
            return targets;
        }
    }
    Vec::new()
}
