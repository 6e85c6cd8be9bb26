import type { Locator, Page } from 'playwright-core'
import type { ControlCommands } from '../../electron-stand-in/control.ts'

export type DriverName = 'browser door' | 'electron stand-in' | 'electron'

export interface LaunchOptions {
  /** What follows on the command line: `[guest] [--host FILE]`. */
  arguments?: string[]
  /** Kept from one launch to the next by the specs that look at what is kept; else a fresh one each time. */
  settingsFolder?: string
}

/** A way to run the inspector and to work with its window as a user does. */
export interface Driver {
  name: DriverName
  launch(options?: LaunchOptions): Promise<RunningApp>
}

/** What only the desktop has. */
export interface Desktop {
  chooseMenuItem(label: string): Promise<void>
  menuItems(): Promise<{ label: string; role: string; accelerator: string; enabled: boolean }[]>
  /** What the user is going to choose in the next dialog for opening files. */
  answerOpenDialog(paths: string[]): Promise<void>
  /** Starts the program once more with these arguments; resolves when that second process has ended. */
  startAgain(texts: string[]): Promise<void>
  /** Opens a file as the system does by association. */
  openFile(path: string): Promise<void>
}

/** The inspector, running, with its window open. */
export interface RunningApp {
  driver: DriverName
  /** The window's page; another one after a crash. */
  readonly page: Page
  settingsFolder: string
  /** Drops real files on the window, or on something in it, as the system's file manager does. */
  dropFiles(paths: string[], target?: Locator): Promise<void>
  /** Runs `action`, which saves a file from the window, and gives the file's text. */
  readDownload(action: () => Promise<void>): Promise<string>
  /** Ends the page's process. Resolves when the window shows the inspector again. */
  crashPage(): Promise<void>
  /** Null behind the browser door. */
  desktop: Desktop | null
  /** Asks the stand-in for what no user sees; null elsewhere. */
  standIn: StandInControl | null
  /** What the program has printed. */
  output(): string
  /** Ends the program as a user does; rejects if it does not end well. */
  close(): Promise<void>
}

/** Asks the stand-in's process for something. */
export type StandInControl = <Name extends keyof ControlCommands>(
  command: Name,
  ...argument: Parameters<ControlCommands[Name]>
) => Promise<Awaited<ReturnType<ControlCommands[Name]>>>
