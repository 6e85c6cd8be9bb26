import { nextTick, ref, useId } from 'vue'
import type { Ref, ShallowRef } from 'vue'

const GAP_PX = 4

type ElementRef = Readonly<ShallowRef<HTMLElement | null>>

/** What a button opens below it: over everything else, until Escape or a press elsewhere. */
export interface Popover {
  readonly id: string
  readonly isOpen: Ref<boolean>
  /** Attributes of the button. */
  readonly opener: Record<string, string>
  /** Attributes of what it opens. */
  readonly opened: Record<string, string>
  onToggle(event: ToggleEvent): Promise<void>
  open(): void
  /** Gives the focus back to the button. */
  close(): void
}

/** Focuses what `focusOn` selects when it has been opened. */
export function usePopover(button: ElementRef, popover: ElementRef, focusOn: string): Popover {
  const id = useId()
  const isOpen = ref(false)

  /** Below its button, and no lower than the window's end. */
  function place(): void {
    const { bottom, right } = button.value!.getBoundingClientRect()
    Object.assign(popover.value!.style, {
      top: `${bottom + GAP_PX}px`,
      right: `${innerWidth - right}px`,
      maxHeight: `${innerHeight - bottom - 2 * GAP_PX}px`,
    })
  }

  return {
    id,
    isOpen,
    opener: { popovertarget: id },
    opened: { id, popover: 'auto' },
    async onToggle({ newState }) {
      isOpen.value = newState === 'open'
      if (!isOpen.value) return
      place()
      await nextTick()
      popover.value?.querySelector<HTMLElement>(focusOn)?.focus()
    },
    open() {
      if (!isOpen.value) popover.value?.showPopover()
    },
    close() {
      popover.value?.hidePopover()
      button.value?.focus()
    },
  }
}
