/**
 * How long functions and files are: no function over 80 lines; prints the medians beside the house's aims (12 and 150).
 * Reads the sources as JavaScript with the types blanked out, so that a `{` after `)` or `=>` opens a function.
 */
import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { resolve } from 'node:path'

const longest = 80
const root = resolve(import.meta.dirname, '..')

interface Span { name: string, line: number, lines: number }
interface Open { bracket: string, line: number, before: string, name: string, body: boolean }

// a regular expression literal can only stand after these; elsewhere a slash divides
const mayPrecedeRegex = /^(?:[({[,;:=!&|?+\-*%<>~^]|=>|return|typeof|case|in|of|do|else|void|delete|throw|await|yield)$|[=&|?<>]$/
const pieces = new RegExp([
  String.raw`//[^\n]*`, String.raw`/\*[\s\S]*?\*/`, String.raw`'(?:[^'\\\n]|\\.)*'`, String.raw`"(?:[^"\\\n]|\\.)*"`,
  String.raw`[A-Za-z_$#][\w$]*`, String.raw`\d[\w.]*`, '=>', String.raw`[\s\S]`,
].join('|'), 'gy')

/** Every function with a body in braces: where it starts and how many lines it has. */
export function functionSpans(source: string): Span[] {
  const spans: Span[] = []
  const stack: Open[] = []
  let line = 1, previous = '', word = '', closed: Open | undefined, at = 0
  while (at < source.length) {
    pieces.lastIndex = at
    let piece = pieces.exec(source)![0]
    if (piece === '/' && mayPrecedeRegex.test(previous || ';')) piece = regexLiteral(source, at)
    if (piece === '`' || (piece === '}' && stack.at(-1)?.bracket === '`')) {
      if (piece === '}') stack.pop()
      piece += templateText(source, at + 1)
      if (piece.endsWith('${')) stack.push({ bracket: '`', line, before: '', name: '', body: false })
    } else if (piece === '(' || piece === '[' || piece === '{') {
      stack.push({ bracket: piece, line, before: previous, name: previous === '=>' ? '' : word, body: piece === '{' && opensFunction(previous, closed) })
      if (piece === '{' && closed && previous === ')') Object.assign(stack.at(-1)!, { line: closed.line, name: closed.name })
    } else if (piece === ')' || piece === ']' || piece === '}') {
      closed = stack.pop()
      if (closed?.body) spans.push({ name: closed.name || '(arrow)', line: closed.line, lines: line - closed.line + 1 })
    }
    line += piece.split('\n').length - 1
    at += piece.length
    if (/^\s|^\/[/*]/.test(piece)) continue
    if (/^[A-Za-z_$#]/.test(piece)) word = piece
    previous = piece
  }
  return spans
}

function opensFunction(previous: string, closed: Open | undefined): boolean {
  if (previous === '=>') return true
  return previous === ')' && closed !== undefined && !/^(?:if|for|while|switch|catch|with|await)$/.test(closed.before)
}

function templateText(source: string, from: number): string {
  let at = from
  while (at < source.length && source[at] !== '`' && !source.startsWith('${', at)) at += source[at] === '\\' ? 2 : 1
  return source.slice(from, at + (source[at] === '`' ? 1 : 2))
}

function regexLiteral(source: string, from: number): string {
  let at = from + 1, inClass = false
  while (at < source.length && source[at] !== '\n' && (inClass || source[at] !== '/')) {
    if (source[at] === '\\') at++
    else if (source[at] === '[') inClass = true
    else if (source[at] === ']') inClass = false
    at++
  }
  return source.slice(from, at + 1)
}

const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0

function report(): void {
  const files = globSync('{src,tools,bench,fuzz,bin}/**/*.{ts,mjs}', { cwd: root })
  const spans = files.flatMap((file) => {
    const text = readFileSync(resolve(root, file), 'utf8')
    return functionSpans(file.endsWith('.ts') ? stripTypeScriptTypes(text) : text).map((span) => ({ file, ...span }))
  })
  for (const { file, name, line, lines } of spans.filter((span) => span.lines > longest)) {
    console.log(`${file}:${line} ${name} has ${lines} lines, ${longest} at most`)
    process.exitCode = 1
  }
  const lengths = globSync('src/**/*.ts', { cwd: root }).map((file) => readFileSync(resolve(root, file), 'utf8').split('\n').length)
  console.log(`functions: ${spans.length}, median ${median(spans.map((span) => span.lines))} lines (aim 12), longest ${Math.max(0, ...spans.map((span) => span.lines))}; ` +
    `files in src: ${lengths.length}, median ${median(lengths)} lines (aim 150), longest ${Math.max(0, ...lengths)}`)
}

if (import.meta.main) report()
