/**
 * The conversation of `topsail add`: which packages, how big, what was done. What the branch changed stands first and
 * is marked, bumps start from what its commits ask for. Leaving at any question leaves without a trace.
 */
import type { Readable, Writable } from 'node:stream'
import {
  autocompleteMultiselect,
  isCancel,
  log,
  multiselect,
  select,
  text,
  type CommonOptions as Streams,
} from '@clack/prompts'
import type { Bump } from '@topsail/core'
import { proposeChangeset, type NamedBump, type Offer } from '@topsail/engine'
import type { CliContext } from '../context.ts'
import { sentenceOf } from '../render/problem.ts'
import { printable } from '../render/text.ts'
import { editText } from './editor.ts'
