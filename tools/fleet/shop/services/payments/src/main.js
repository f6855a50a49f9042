#!/usr/bin/env node
import { serve } from '@chandlery/http'
import { routes } from './index.js'

await serve('payments', routes)
