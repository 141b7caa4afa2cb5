//! What a function leads to and what it names: callees, texts, large constants.
//!
//! Compilers and levels change instructions; the texts and constants that a function reads mostly stay. Hashes only, 32 bits each.

use iced_x86::{FlowControl, Instruction, OpKind, Register};

use crate::image::{Bits, Image, zero_ended};
use crate::normalise::mix;

const CALLS_MAX: usize = 1024;
const MARKS_MAX: usize = 256;
/// Shorter texts stand in many programs.
const TEXT_BYTES_MIN: usize = 5;
const TEXT_BYTES_MAX: usize = 512;
/// Smaller numbers are sizes, flags and offsets.
const CONSTANT_MIN: u64 = 0x1_0000;

/// Starts of functions that are called, or jumped to outside `start..end`; sorted.
pub(crate) fn calls(instructions: &[Instruction], start: u64, end: u64) -> Vec<u64> {
    let mut calls: Vec<u64> = instructions
        .iter()
        .filter(|instruction| {
            matches!(
                instruction.flow_control(),
                FlowControl::Call | FlowControl::UnconditionalBranch | FlowControl::ConditionalBranch
            )
        })
        .map(Instruction::near_branch_target)
        .filter(|target| *target != 0 && (*target < start || *target >= end))
        .collect();
    calls.sort_unstable();
    calls.dedup();
    calls.truncate(CALLS_MAX);
    calls
}

/// Hashes of the texts and large constants that the instructions name; sorted.
pub(crate) fn of(image: &Image<'_>, instructions: &[Instruction]) -> Vec<u32> {
    let mut marks: Vec<u32> = Vec::new();
    for instruction in instructions {
        for operand in 0..instruction.op_count() {
            let Ok(kind) = instruction.try_op_kind(operand) else {
                continue;
            };
            let value = match kind {
                OpKind::Memory if instruction.is_ip_rel_memory_operand() => {
                    instruction.ip_rel_memory_address()
                }
                OpKind::Memory
                    if instruction.memory_base() == Register::None
                        || instruction.memory_displacement64() >= CONSTANT_MIN =>
                {
                    instruction.memory_displacement64()
                }
                OpKind::Immediate32
                | OpKind::Immediate32to64
                | OpKind::Immediate64
                | OpKind::Immediate8to32
                | OpKind::Immediate8to64 => instruction.try_immediate(operand).unwrap_or(0),
                _ => continue,
            };
            let is_data = kind == OpKind::Memory;
            marks.extend(mark(image, value, is_data));
        }
    }
    marks.sort_unstable();
    marks.dedup();
    marks.truncate(MARKS_MAX);
    marks
}

/// The mark of a number: the text that it points to, or itself where it is large and no address.
fn mark(image: &Image<'_>, value: u64, is_data: bool) -> Option<u32> {
    if image.region(value).is_some() {
        let offset = image.offset(value)?;
        if image.is_code(value) {
            return None;
        }
        let text = zero_ended(image.data, offset, TEXT_BYTES_MAX)?;
        let is_text = text.len() >= TEXT_BYTES_MIN
            && text
                .iter()
                .all(|byte| matches!(byte, 0x20..=0x7e | b'\t' | b'\n' | b'\r'));
        return is_text.then(|| {
            let hash = text
                .iter()
                .fold(0x7e87, |hash: u64, byte| mix(hash ^ u64::from(*byte)));
            low(hash)
        });
    }
    // 32-bit code holds negative numbers in 32 bits, 64-bit code the same ones in 64.
    let value = match image.bits {
        Bits::B32 => value & 0xffff_ffff,
        Bits::B64 if value >= 0xffff_ffff_8000_0000 => value & 0xffff_ffff,
        Bits::B64 => value,
    };
    let is_small_negative = (0xffff_0000..=0xffff_ffff).contains(&value);
    let is_round = value.count_ones() <= 1 || value.wrapping_add(1).count_ones() <= 1;
    let tells = !is_data && value >= CONSTANT_MIN && !is_small_negative && !is_round;
    tells.then(|| low(mix(0xc057 ^ value)))
}

fn low(hash: u64) -> u32 {
    u32::try_from(hash & 0xffff_ffff).unwrap_or(0)
}
