//! What of an instruction is compared: operation and operand kinds, without what a linker or allocator decides.
//!
//! Kept: mnemonic; for a register its class (8, 16, 32, 64 bits, stack pointer, vector …), not which; for memory the width,
//! whether base and index are there, the scale, a segment override, the displacement; the immediate. Masked: branch and call targets,
//! addresses relative to the instruction pointer, distances of a thread's variables, immediates and displacements that are addresses of the image, and in 32-bit code
//! displacements of 1 KiB and more (position-independent code reaches its data through a register). Left out: padding, `endbr`.
//! Short and near forms of one jump are one, and so are the two ways to load an address, and absolute and relative places. Fixed 64-bit mixing (SplitMix64), so stored hashes hold on every machine.

use std::sync::LazyLock;

use ascribe_model::program::FEATURE_RECIPE;
use iced_x86::{Instruction, Mnemonic, OpKind, Register};

use crate::body::{is_marker, is_padding};
use crate::image::{Bits, Image};

/// Lowest address at which a number is taken for an address: below it small constants would be masked.
const ADDRESS_MIN: u64 = 0x1_0000;
/// 32-bit displacements from a register at or above this are taken for distances to data.
const FAR_DISPLACEMENT_MIN: u64 = 0x400;
/// Immediates at or above this are kept in sketches: constants of algorithms.
const TELLING_IMMEDIATE_MIN: u64 = 0x1_0000;

/// An instruction, normalised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Everything that is kept.
    pub exact: u64,
    /// Without displacements and small constants.
    pub coarse: u64,
}

/// SplitMix64 (Steele, Lea, Flood 2014): every bit of the input moves every bit of the output.
#[must_use]
pub const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A function's instructions, normalised, by address.
#[must_use]
pub fn tokens(image: &Image<'_>, instructions: &[Instruction]) -> Vec<Token> {
    let extent = image.extent();
    instructions
        .iter()
        .filter(|instruction| !is_padding(instruction) && !is_marker(instruction))
        .map(|instruction| token(image.bits, extent, instruction))
        .collect()
}

/// The hash of a whole function.
#[must_use]
pub fn exact(tokens: &[Token]) -> u64 {
    tokens.iter().fold(mix(u64::from(FEATURE_RECIPE)), |hash, token| {
        mix(hash.rotate_left(7) ^ token.exact)
    })
}

fn token(bits: Bits, extent: (u64, u64), instruction: &Instruction) -> Token {
    let is_address = |value: u64| value >= ADDRESS_MIN && value >= extent.0 && value < extent.1;
    if loads_address(instruction, &is_address) {
        return Token {
            exact: mix(0x104),
            coarse: mix(0x104),
        };
    }
    let mut hash = mnemonic_hash(instruction);
    let mut coarse = hash;
    let mut put = |kept: u64, kept_coarsely: u64| {
        hash = mix(hash.rotate_left(5) ^ kept);
        coarse = mix(coarse.rotate_left(5) ^ kept_coarsely);
    };
    for operand in 0..instruction.op_count() {
        let Ok(kind) = instruction.try_op_kind(operand) else {
            continue;
        };
        match kind {
            OpKind::Register => {
                let class = register_class(instruction.op_register(operand));
                put(class, class);
            }
            OpKind::NearBranch16
            | OpKind::NearBranch32
            | OpKind::NearBranch64
            | OpKind::FarBranch16
            | OpKind::FarBranch32 => {
                put(0x100, 0x100);
            }
            OpKind::Memory => {
                let (shape, displacement) = memory(bits, instruction, &is_address);
                let displacement = match displacement {
                    Some(value) if !is_address(value) => mix(value),
                    _ => 1,
                };
                put(shape ^ displacement, shape);
            }
            OpKind::MemorySegSI
            | OpKind::MemorySegESI
            | OpKind::MemorySegRSI
            | OpKind::MemorySegDI
            | OpKind::MemorySegEDI
            | OpKind::MemorySegRDI
            | OpKind::MemoryESDI
            | OpKind::MemoryESEDI
            | OpKind::MemoryESRDI => put(0x101, 0x101),
            _ => {
                let value = instruction.try_immediate(operand).unwrap_or(0);
                let is_thread_local = kind == OpKind::Immediate32to64
                    && instruction.mnemonic() == Mnemonic::Mov
                    && is_thread_local(value);
                if is_address(value) || is_thread_local {
                    put(0x102, 0x102);
                } else {
                    let telling =
                        value >= TELLING_IMMEDIATE_MIN && value.wrapping_neg() >= TELLING_IMMEDIATE_MIN;
                    put(0x103 ^ mix(value), if telling { mix(value) } else { 0x103 });
                }
            }
        }
    }
    Token { exact: hash, coarse }
}

/// Whether an instruction only loads the address of something: linkers turn the one form into the other.
fn loads_address(instruction: &Instruction, is_address: &dyn Fn(u64) -> bool) -> bool {
    match instruction.mnemonic() {
        Mnemonic::Lea => instruction.is_ip_rel_memory_operand(),
        Mnemonic::Mov => {
            instruction.op0_kind() == OpKind::Register
                && matches!(
                    instruction.op1_kind(),
                    OpKind::Immediate32 | OpKind::Immediate32to64 | OpKind::Immediate64
                )
                && instruction.try_immediate(1).is_ok_and(is_address)
        }
        _ => false,
    }
}

/// A hash of each mnemonic's name: the numbers of a library's enum may change with its version, the name does not.
static MNEMONICS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    Mnemonic::values()
        .map(|mnemonic| {
            // FNV-1a.
            format!("{mnemonic:?}")
                .bytes()
                .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
                })
        })
        .collect()
});

fn mnemonic_hash(instruction: &Instruction) -> u64 {
    let name = MNEMONICS
        .get(instruction.mnemonic() as usize)
        .copied()
        .unwrap_or(0);
    let prefixes = u64::from(instruction.has_rep_prefix())
        | u64::from(instruction.has_repne_prefix()) << 1
        | u64::from(instruction.has_lock_prefix()) << 2;
    mix(name ^ prefixes)
}

fn register_class(register: Register) -> u64 {
    if matches!(register, Register::RSP | Register::ESP | Register::SP) {
        2
    } else if register.is_gpr8() {
        3
    } else if register.is_gpr16() {
        4
    } else if register.is_gpr32() {
        5
    } else if register.is_gpr64() {
        6
    } else if register.is_xmm() {
        7
    } else if register.is_ymm() {
        8
    } else if register.is_zmm() {
        9
    } else if register.is_segment_register() {
        10
    } else if register.is_st() || register.is_mm() {
        11
    } else {
        12
    }
}

/// The shape of a memory operand, and its displacement where that is no distance to data.
fn memory(bits: Bits, instruction: &Instruction, is_address: &dyn Fn(u64) -> bool) -> (u64, Option<u64>) {
    let base = instruction.memory_base();
    let has_index = instruction.memory_index() != Register::None;
    let segment = match instruction.segment_prefix() {
        Register::FS => 1,
        Register::GS => 2,
        _ => 0,
    };
    let displacement = instruction.memory_displacement64();
    let is_absolute = base == Register::None && !has_index && is_address(displacement);
    let base_class = if instruction.is_ip_rel_memory_operand() || is_absolute {
        1
    } else if base == Register::None {
        0
    } else if register_class(base) == 2 {
        2
    } else {
        3
    };
    let width = u64::try_from(instruction.memory_size().size()).unwrap_or(0);
    let shape = mix(0x200
        | base_class
        | u64::from(has_index) << 2
        | u64::from(instruction.memory_index_scale()) << 16
        | segment << 24
        | width << 32);
    let magnitude = match bits {
        Bits::B32 => {
            let low = u32::try_from(displacement & 0xffff_ffff)
                .unwrap_or(0)
                .cast_signed();
            u64::from(low.unsigned_abs())
        }
        Bits::B64 => displacement.cast_signed().unsigned_abs(),
    };
    let is_thread_local =
        segment != 0 && base == Register::None && is_thread_local(sign_extended(bits, displacement));
    let masked = is_thread_local
        || base_class == 1
        || bits == Bits::B32 && base_class != 2 && base_class != 0 && magnitude >= FAR_DISPLACEMENT_MIN;
    (shape, (!masked).then_some(displacement))
}

fn sign_extended(bits: Bits, value: u64) -> u64 {
    match bits {
        Bits::B32 => {
            let low = u32::try_from(value & 0xffff_ffff).unwrap_or(0).cast_signed();
            i64::from(low).cast_unsigned()
        }
        Bits::B64 => value,
    }
}

/// Whether a number looks like the distance of a thread's variable from its base, which the linker of the whole program decides.
fn is_thread_local(value: u64) -> bool {
    let below = value.wrapping_neg();
    (8..0x1_0000).contains(&below) && below & 3 == 0
}
