/**
 * A release as OpenTelemetry spans: one for the run, one below it for every step. Off unless the standard variables
 * turn it on, and nothing of it is loaded before. What goes out has passed the same cleaning as what is printed.
 */
import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api'
import type { Step } from '@topsail/core'
import type { PublishEvent } from '@topsail/engine'
import type { Environment } from '../context.ts'
import { redact } from '../render/text.ts'

export type ReleaseSpans = {
  readonly onEvent: (event: PublishEvent) => void
  /** Sends what is left. A collector that does not answer costs a few seconds and nothing else. */
  readonly end: (outcome: { readonly exitCode: number | undefined }) => Promise<void>
}

/** As the OpenTelemetry specification has it: on when an exporter or a collector is named, never when disabled. */
export function wantsSpans(env: Environment): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false
  const exporters = (env['OTEL_TRACES_EXPORTER'] ?? '').split(',').map((name) => name.trim())
  if (exporters.includes('none')) return false
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? ''
  return endpoint !== '' || exporters.includes('otlp')
}

export async function releaseSpans(command: string, env: Environment): Promise<ReleaseSpans | undefined> {
  if (!wantsSpans(env)) return undefined
  const [{ trace, context, SpanStatusCode }, provider] = await Promise.all([
    import('@opentelemetry/api'),
    startProvider(env),
  ])
  const tracer = provider.getTracer('topsail')
  const root = tracer.startSpan(`topsail ${command}`)
  const below = trace.setSpan(context.active(), root)
  const recorder = stepRecorder(tracer, below, SpanStatusCode.ERROR)
  return {
    onEvent(event) {
      if (event.kind === 'registry-waiting') {
        const { registry, wait, detail } = event
        const attributes = { 'topsail.registry': registry, 'topsail.wait_ms': wait, 'topsail.detail': redact(detail) }
        root.addEvent('registry-waiting', attributes)
      }
      recorder.onEvent(event)
    },
    async end({ exitCode }) {
      recorder.endAll()
      root.setAttribute('topsail.steps', recorder.count())
      if (exitCode !== undefined) root.setAttribute('process.exit.code', exitCode)
      if (exitCode !== 0) root.setStatus({ code: SpanStatusCode.ERROR })
      root.end()
      await Promise.race([provider.shutdown().catch(() => {}), patience()])
    },
  }
}

/** A collector is no reason to keep a release waiting. */
function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 3_000).unref())
}

async function startProvider(env: Environment) {
  const [{ BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all(
    [
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ],
  )
  const resource = resourceFromAttributes({ 'service.name': env['OTEL_SERVICE_NAME'] ?? 'topsail' })
  // Address and headers are read from the environment by the exporter itself.
  const exporter = new OTLPTraceExporter()
  return new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: 100_000 })] })
}

type Recorder = {
  readonly onEvent: (event: PublishEvent) => void
  readonly endAll: () => void
  readonly count: () => number
}

function stepRecorder(tracer: Tracer, below: Context, error: number): Recorder {
  const open = new Map<string, Span>()
  let build: Span | undefined
  let count = 0
  const close = (id: string, outcome: string, detail?: string): void => {
    const span = open.get(id)
    open.delete(id)
    span?.setAttribute('topsail.outcome', outcome)
    if (detail !== undefined) span?.setStatus({ code: error, message: detail })
    span?.end()
  }
  return {
    count: () => count,
    endAll() {
      for (const id of open.keys()) close(id, 'interrupted')
      build?.end()
    },
    onEvent(event) {
      switch (event.kind) {
        case 'build-started':
          build = tracer.startSpan('build', { attributes: { 'topsail.build': event.build.by } }, below)
          break
        case 'build-ended':
          if (event.problem !== undefined) build?.setStatus({ code: error, message: event.problem.code })
          build?.end()
          build = undefined
          break
        case 'step-started':
          count += 1
          open.set(event.step.id, tracer.startSpan(event.step.kind, { attributes: attributesOf(event.step) }, below))
          break
        case 'step-waiting': {
          const { attempt, wait, detail } = event
          const span = open.get(event.step.id)
          span?.setAttribute('topsail.attempts', attempt + 1)
          span?.addEvent('retry', {
            'topsail.attempt': attempt,
            'topsail.wait_ms': wait,
            'topsail.detail': redact(detail),
          })
          break
        }
        case 'step-done':
          close(event.step.id, 'done')
          break
        case 'step-failed':
          close(event.step.id, 'failed', event.problem.code)
          break
        case 'step-held': {
          const attributes = { ...attributesOf(event.step), 'topsail.held_by': event.by }
          const span = tracer.startSpan(event.step.kind, { attributes }, below)
          open.set(event.step.id, span)
          close(event.step.id, 'held')
          break
        }
      }
    },
  }
}

function attributesOf(step: Step): Attributes {
  const of = step.kind === 'undo' ? step.of : step
  const attributes: Attributes = { 'topsail.step': step.id, 'topsail.attempts': 1 }
  if ('name' in of) Object.assign(attributes, { 'topsail.package': of.name, 'topsail.version': of.version })
  if ('registry' in of) attributes['topsail.registry'] = redact(of.registry)
  return attributes
}
