'use strict';
const state = document.documentElement.dataset.state;
const frames = [...document.querySelectorAll('iframe')];
const kept = JSON.parse(sessionStorage.getItem('preview') || 'null');
const scroll = (frame, top) => frame.contentWindow && frame.contentWindow.scrollTo(0, top);
if (kept) {
  for (const id of kept.checked) {
    const choice = document.getElementById(id);
    if (choice) choice.checked = true;
  }
  frames.forEach((frame, i) => {
    frame.addEventListener('load', () => scroll(frame, kept.frames[i] || 0));
    scroll(frame, kept.frames[i] || 0);
  });
  window.scrollTo(0, kept.top);
}
const keep = () => sessionStorage.setItem('preview', JSON.stringify({
  checked: [...document.querySelectorAll('input:checked')].map((choice) => choice.id),
  frames: frames.map((frame) => frame.contentWindow ? frame.contentWindow.scrollY : 0),
  top: window.scrollY,
}));
const look = async () => {
  try {
    const answer = await fetch('/state', {cache: 'no-store'});
    if (answer.ok && (await answer.text()) !== state) {
      keep();
      location.reload();
      return;
    }
  } catch (error) {
    console.info('mirmail preview is not running', error);
  }
  setTimeout(look, 300);
};
look();
