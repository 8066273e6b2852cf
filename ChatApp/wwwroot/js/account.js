// The pages of one's own account. All of them work without this.

// On a phone there are more tabs than fit: the present one comes into view.
function showTab() {
  document.querySelector('.tabs [aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
}

showTab();
Blazor.addEventListener('enhancedload', showTab);

// A photo from a phone is larger than a picture of a person may be: it is made smaller here, before it is sent.
const pictureSide = 512;
const pictureBytes = 2 * 1024 * 1024;

document.addEventListener('change', async event => {
  const input = event.target;
  const file = input.matches?.('#picture') ? input.files[0] : null;
  // An animation would stand still.
  if (!file || file.size <= pictureBytes || !['image/png', 'image/jpeg', 'image/webp'].includes(file.type)) return;
  const button = input.form.querySelector('button[type=submit]');
  button.disabled = true;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, pictureSide / Math.min(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const smaller = await new Promise(done => canvas.toBlob(done, file.type, 0.9));
    if (smaller && smaller.size < file.size && input.files[0] === file) {
      const chosen = new DataTransfer();
      chosen.items.add(new File([smaller], file.name, { type: smaller.type }));
      input.files = chosen.files;
    }
  } catch {
    // What the browser cannot read the server refuses, and says why.
  } finally {
    button.disabled = false;
  }
});
