// How far an export is: looks every five seconds, says it quietly at the beginning, half-way and at the end.
const block = document.getElementById("progress");
const bar = block.querySelector("progress");
const words = block.querySelector("[data-words]");
const say = block.querySelector("[data-say]");
const EVERY = 5000;
const STEPS = [0, 50, 100];
let said = -1;

function announce(done, total, over) {
  const percent = over ? 100 : Math.floor((100 * done) / total);
  const step = STEPS.filter((one) => one <= percent).pop();
  if (step <= said) return;
  said = step;
  say.textContent = `${step} % written`;
}

function draw(found) {
  // The bar never goes back, whatever comes in whichever order.
  if (!found.total || found.done < (Number(bar.value) || 0)) return;
  bar.max = found.total;
  bar.value = found.done;
  if (found.words) words.textContent = found.words;
  announce(found.done, found.total, found.over);
}

async function look() {
  try {
    const response = await fetch(block.dataset.progress, { headers: { Accept: "application/json" } });
    if (response.status === 401) return;
    if (response.ok) {
      const found = await response.json();
      draw(found);
      if (found.over) {
        // What it has become is another page at the same address.
        setTimeout(() => window.location.reload(), 500);
        return;
      }
    }
  } catch {
    // No connection: the next look may find one.
  }
  setTimeout(look, EVERY);
}

setTimeout(look, 1000);
