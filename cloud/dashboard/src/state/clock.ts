import type { ReactiveController, ReactiveControllerHost } from 'lit';

const every = 1000;
const watching = new Set<() => void>();
let timer = 0;

/** Everything that shows an age is drawn again each second, by one timer, while somebody looks. */
export class Clock implements ReactiveController {
  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    watching.add(this.tick);
    timer ||= window.setInterval(() => document.visibilityState === 'visible' && watching.forEach((tick) => tick()), every);
  }

  hostDisconnected(): void {
    watching.delete(this.tick);
    if (watching.size > 0) return;
    clearInterval(timer);
    timer = 0;
  }

  private readonly tick = (): void => this.host.requestUpdate();
}
