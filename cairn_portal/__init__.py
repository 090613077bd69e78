"""The portal: what people and operators see and type; the outermost layer."""
