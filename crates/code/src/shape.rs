//! How much of what a function does: a count for each kind of operation, and for its branches.
//!
//! Counted so that registers, operand widths and spelling do not matter. Limits: what a compiler inlines or unrolls counts where it ends up.

use std::collections::BTreeSet;

use iced_x86::{FlowControl, Instruction, Mnemonic, OpKind};

use crate::body::{is_marker, is_padding};

/// Counts of a shape.
pub const COUNTS: usize = 20;

/// Places of a shape.
#[derive(Clone, Copy)]
enum Count {
    Blocks,
    Branches,
    Loops,
    Calls,
    IndirectCalls,
    Switches,
    Add,
    Multiply,
    Divide,
    Shift,
    Logic,
    Compare,
    Conditional,
    Float,
    FloatMultiply,
    Convert,
    String,
    Byte,
    Store,
    Rotate,
}

/// The shape of a function with these instructions, by address.
pub(crate) fn of(instructions: &[Instruction], start: u64, end: u64) -> Vec<u16> {
    let mut shape = vec![0u16; COUNTS];
    let mut blocks: BTreeSet<u64> = BTreeSet::new();
    let mut count = |place: Count| {
        if let Some(value) = shape.get_mut(place as usize) {
            *value = value.saturating_add(1);
        }
    };
    for instruction in instructions {
        if is_padding(instruction) || is_marker(instruction) {
            continue;
        }
        match instruction.flow_control() {
            FlowControl::Call => count(Count::Calls),
            FlowControl::IndirectCall => count(Count::IndirectCalls),
            FlowControl::IndirectBranch => count(Count::Switches),
            FlowControl::ConditionalBranch | FlowControl::UnconditionalBranch => {
                let target = instruction.near_branch_target();
                if target >= start && target < end {
                    blocks.insert(target);
                    if instruction.flow_control() == FlowControl::ConditionalBranch {
                        count(Count::Branches);
                        blocks.insert(instruction.next_ip());
                    }
                    if target <= instruction.ip() {
                        count(Count::Loops);
                    }
                } else if target != 0 {
                    count(Count::Calls);
                }
            }
            _ => {}
        }
        if let Some(kind) = kind(instruction) {
            count(kind);
        }
        let is_store = instruction.op_count() >= 2
            && instruction.op0_kind() == OpKind::Memory
            && !matches!(instruction.mnemonic(), Mnemonic::Cmp | Mnemonic::Test);
        if is_store {
            count(Count::Store);
        }
        let has_memory = (0..instruction.op_count()).any(|operand| {
            instruction
                .try_op_kind(operand)
                .is_ok_and(|kind| kind == OpKind::Memory)
        });
        if has_memory && instruction.memory_size().size() == 1 {
            count(Count::Byte);
        }
    }
    if let Some(value) = shape.get_mut(Count::Blocks as usize) {
        *value = u16::try_from(blocks.len()).unwrap_or(u16::MAX);
    }
    shape
}

fn kind(instruction: &Instruction) -> Option<Count> {
    use Mnemonic as M;
    if instruction.is_string_instruction() {
        return Some(Count::String);
    }
    Some(match instruction.mnemonic() {
        M::Add | M::Sub | M::Inc | M::Dec | M::Adc | M::Sbb | M::Neg => Count::Add,
        M::Imul | M::Mul => Count::Multiply,
        M::Idiv | M::Div => Count::Divide,
        M::Shl | M::Shr | M::Sar | M::Shld | M::Shrd => Count::Shift,
        M::Rol | M::Ror | M::Bswap => Count::Rotate,
        M::And | M::Or | M::Xor | M::Not => {
            // Clearing a register is no logic.
            if instruction.op1_kind() == OpKind::Register
                && instruction.op0_register() == instruction.op1_register()
            {
                return None;
            }
            Count::Logic
        }
        M::Cmp | M::Test | M::Bt => Count::Compare,
        M::Addsd
        | M::Addss
        | M::Subsd
        | M::Subss
        | M::Fadd
        | M::Faddp
        | M::Fsub
        | M::Fsubp
        | M::Fsubr
        | M::Fsubrp => Count::Float,
        M::Mulsd
        | M::Mulss
        | M::Divsd
        | M::Divss
        | M::Fmul
        | M::Fmulp
        | M::Fdiv
        | M::Fdivp
        | M::Fdivr
        | M::Fdivrp
        | M::Sqrtsd
        | M::Sqrtss => Count::FloatMultiply,
        M::Cvtsi2sd
        | M::Cvtsi2ss
        | M::Cvttsd2si
        | M::Cvttss2si
        | M::Cvtss2sd
        | M::Cvtsd2ss
        | M::Fild
        | M::Fistp => Count::Convert,
        _ if instruction.is_jcc_short_or_near() => return None,
        mnemonic => {
            let condition = instruction.condition_code() != iced_x86::ConditionCode::None;
            if condition && mnemonic != M::INVALID {
                Count::Conditional
            } else {
                return None;
            }
        }
    })
}
