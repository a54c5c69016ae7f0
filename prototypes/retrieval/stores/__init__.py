"""Vector stores behind one small protocol: FAISS, LanceDB, Qdrant, and what LangChain reaches."""
