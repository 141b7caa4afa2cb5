//! Items of a MISP event.

use super::Sheet;
use super::json::Container;

pub(super) fn read<'d>(_event: &Container<'d>, _sheet: &mut Sheet<'_, '_, 'd>) -> bool {
    true
}
