FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY scripts scripts/
COPY go.mod go.sum ./
RUN scripts/prepare --static && go mod download
COPY . .
ARG VERSION=unknown
ARG COMMIT
RUN VERSION="$VERSION" COMMIT="$COMMIT" scripts/link-static /out/nctsim && mkdir /out/data

# Nothing but the binary: no shell, no libraries. The certificate roots for https callbacks are in it. make image packs
# this stage alone around a binary that is already built, without the one above.
FROM scratch
ARG VERSION=unknown
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="nctsim" \
	org.opencontainers.image.description="A simulator of NCTS and of HMRC's Common Transit Convention Traders API" \
	org.opencontainers.image.licenses="Apache-2.0" \
	org.opencontainers.image.version="$VERSION" \
	org.opencontainers.image.revision="$COMMIT"
COPY --from=build /out/nctsim /nctsim
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
# Every setting of `nctsim serve` has an environment variable; docs/configuration.md lists them.
ENV NCTSIM_ADDR=:8080 NCTSIM_DATA=/data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 CMD ["/nctsim", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/nctsim"]
CMD ["serve"]
