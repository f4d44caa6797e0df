// Gives the address of one of the server's routes. The page may stand below any address, so all is
// relative to it.
const address = (path) => {
  const base = new URL(document.baseURI);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return new URL(`hints/${path}`, base.origin + base.pathname).href;
};
