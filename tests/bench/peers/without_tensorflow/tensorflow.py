"""On the path of what runs LiteRT: Daft imports TensorFlow wherever it is installed, which LiteRT's users needn't."""

raise ImportError("no TensorFlow here")
