// Agent that leaves a stray process behind, as programs on Node start their tools.
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';

spawn('flock', ['artifacts/stray.lock', 'sh', '-c', 'touch artifacts/stray; exec sleep 600'], {
  env: { PATH: process.env.PATH }, detached: true, stdio: 'ignore',
}).unref();
const timer = setInterval(() => {
  if (existsSync('artifacts/stray')) {
    clearInterval(timer);
    writeFileSync('artifacts/ready', '');
    setTimeout(() => {}, 600_000);
  }
}, 10);
