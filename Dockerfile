FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY scripts/prepare scripts/
RUN scripts/prepare --static
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
RUN VERSION="$VERSION" scripts/link-static /out/nctsim && mkdir /out/data

# Nothing but the binary: no shell, no libraries. The certificate roots for https callbacks are in it.
FROM scratch
COPY --from=build /out/nctsim /nctsim
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
# Every setting of `nctsim serve` has an environment variable; docs/configuration.md lists them.
ENV NCTSIM_ADDR=:8080 NCTSIM_DATA=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 CMD ["/nctsim", "healthcheck"]
ENTRYPOINT ["/nctsim"]
CMD ["serve"]
