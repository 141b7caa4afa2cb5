//! Lists of indicators in CSV.

use super::Sheet;

pub(super) fn is_list(_start: &[u8]) -> bool {
    false
}

pub(super) fn read<'d>(_data: &'d [u8], _sheet: &mut Sheet<'_, '_, 'd>) {}
