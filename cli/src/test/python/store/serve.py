"""An S3 server on this machine (moto), with the bucket "models", until its input ends: serve.py. Prints its address."""
import sys

import boto3
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
address = f"http://{host}:{port}"
boto3.client("s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b").create_bucket(
    Bucket="models"
)
print(address, flush=True)
sys.stdin.read()
server.stop()
