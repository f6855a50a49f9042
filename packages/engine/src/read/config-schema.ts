/** The JSON schema of a configuration shape, for editors. */
import type { Shape } from './config-shape.ts'

export type JsonSchema = { readonly [key: string]: unknown }

export function schemaOf(shape: Shape, id: string, title: string): JsonSchema {
  return { $schema: 'http://json-schema.org/draft-07/schema#', $id: id, title, ...partOf(shape) }
}

function partOf(shape: Shape): JsonSchema {
  return {
    ...(shape.says === undefined ? {} : { description: shape.says }),
    ...(shape.default === undefined ? {} : { default: shape.default }),
    ...kindOf(shape),
  }
}

function kindOf(shape: Shape): JsonSchema {
  switch (shape.kind) {
    case 'any':
      return {}
    case 'flag':
      return { type: 'boolean' }
    case 'text':
      return { type: 'string', ...(shape.pattern === undefined ? {} : { pattern: shape.pattern }) }
    case 'whole':
      return { type: 'integer', minimum: shape.least, maximum: shape.most }
    case 'choice':
      return { enum: shape.of }
    case 'list':
      return { type: 'array', items: partOf(shape.item) }
    case 'pair':
      return { type: 'array', items: shape.items.map(partOf), minItems: 2, maxItems: 2 }
    case 'map':
      return { type: 'object', additionalProperties: partOf(shape.value) }
    case 'object':
      return {
        type: 'object',
        properties: Object.fromEntries(Object.entries(shape.keys).map(([key, value]) => [key, partOf(value)])),
        additionalProperties: false,
      }
    case 'either':
      return { anyOf: shape.shapes.map(partOf) }
  }
}
