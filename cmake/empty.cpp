// SPDX-License-Identifier: Apache-2.0
// Intentionally without code: gives a target something to compile.
