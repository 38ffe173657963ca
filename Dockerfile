# Runs a release on a JRE. Make the release first: mvn -Prelease -DskipTests package -pl cli -am
# Then: docker build -t shardwright . && docker run --rm -v "$PWD:/work" shardwright inspect model.nemo
# This file is not built by the project's tests.
FROM eclipse-temurin:17-jre
ARG VERSION=0.1.0
ADD cli/target/shardwright-${VERSION}.tar.gz /opt/
RUN ln -s /opt/shardwright-${VERSION}/shardwright /usr/local/bin/shardwright
WORKDIR /work
ENTRYPOINT ["shardwright"]
