/** The address of a worker that the build bundles by itself. */
declare module "worker:*" {
  const url: string;
  export default url;
}
